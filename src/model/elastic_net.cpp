#include "maniple/model/elastic_net.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "candidate_variants.hpp"
#include "gram_matrix.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "penalised_quadratic.hpp"
#include "penalised_trait.hpp"
#include "unpenalised_fit.hpp"

namespace maniple {
namespace {

SampleMask copy_of(SampleMask const& mask) {
    SampleMask copy{mask.samples()};
    mask.for_each([&](SampleIndex s) { copy.insert(s); });
    return copy;
}

FixedPointMatrix single_column(std::span<double const> values) {
    FixedPointMatrix column{std::ssize(values), 1};
    column.fit_columns(0, {&values, 1});
    return column;
}

}  // namespace

struct ElasticNet::State {
    /// Second derivatives by the predictor now, beside those that the Gram matrix was made of.
    struct Curvature {
        double ratio = 1;  ///< Of their sums.
        double drift = 0;  ///< Sum of differences that the ratio does not explain, as a share.
    };

    State(PenalisedTrait const& trait, SampleMask const& training, ElasticNetOptions given);

    void add(PackedView genotypes);
    void solve(double penalty);
    void go_to(ElasticNetPoint const& point);
    void arrange(std::span<std::int64_t const> order);

    void set_curvature();
    Curvature curvature() const;
    void update_gradients(Places places);
    double violation() const;
    double objective(FittedPredictor const& at, std::span<double const> b) const;
    bool is_outdated(double progress) const;
    void let_violators_in();
    enum class Step { taken, none };
    Step improve();
    Step improve_block(std::int64_t b);
    Step move(Places places, std::span<double const> target);

    double l1() const { return penalty * options.mixing; }
    double l2() const { return penalty * (1 - options.mixing); }
    double tolerance() const { return options.tolerance * null_gradient; }

    ElasticNetOptions options;
    TraitDesign design;
    CandidateVariants variants;
    GramMatrix gram;
    std::vector<double> gram_weights;  // of the samples that take part
    FixedPointMatrix null_residuals;
    double null_gradient = 0;

    double penalty = std::numeric_limits<double>::infinity();
    std::vector<double> coefficients;  // by place, of standardised genotypes
    std::vector<double> gradients;     // by place
    std::vector<double> genetic;       // predictor of all the cohort's samples
    FittedPredictor fitted;
    std::vector<double> residuals;  // of all the cohort's samples
    double largest_violation = 0;
    bool has_converged = false;
    std::int64_t iterations = 0;
    std::int64_t sweeps_left = 0;
};

ElasticNet::State::State(PenalisedTrait const& trait, SampleMask const& training,
                         ElasticNetOptions given)
    : options{given},
      design{trait, training},
      variants{copy_of(design.samples())},
      gram{given.gram_variants},
      genetic(static_cast<std::size_t>(training.samples())) {
    expect(options.mixing > 0 && options.mixing <= 1, "mixing is above 0 and at most 1");
    expect(options.tolerance > 0, "the tolerance is positive");
    expect(options.gram_variants > 0, "there is room for variants");
    fit_unpenalised(design.loss(), design.basis(), design.first_column(),
                    gather(genetic, design.list()), fitted);
    has_converged = fitted.has_converged;
    residuals = scatter(fitted.residuals, design.list(), training.samples());
    null_residuals = single_column(residuals);
    set_curvature();
}

void ElasticNet::State::add(PackedView genotypes) {
    Places const fresh{variants.size(), variants.size() + genotypes.variants()};
    variants.add(genotypes);
    coefficients.resize(static_cast<std::size_t>(fresh.last));
    gradients.resize(static_cast<std::size_t>(fresh.last));
    std::vector<double> products(static_cast<std::size_t>(fresh.size()));
    variants.multiply(fresh, null_residuals, {products.data(), 1, fresh.size()});
    for (double product : products)
        null_gradient = std::max(null_gradient, std::abs(product) / variants.sample_count());
}

// Second derivatives are from here on those at the latest solution.
void ElasticNet::State::set_curvature() {
    auto const& loss = design.loss();
    auto const& basis = design.basis();
    auto const first = design.first_column();
    auto const everyone = [&](std::span<double const> column) {
        return scatter(column, design.list(), std::ssize(genetic));
    };
    gram_weights.resize(design.list().size());
    loss.curvature(gram_weights);
    auto const shared = loss.shared_curvature();
    LossCurvature curvature{.weights = everyone(gram_weights)};
    for (auto const& column : shared) curvature.shared.push_back(everyone(column));
    for (auto c = first; c < basis.columns(); ++c) {
        auto const own = basis.column(c);
        std::vector<double> column(own.begin(), own.end());
        for (std::size_t i = 0; i < column.size(); ++i) column[i] *= gram_weights[i];
        for (auto const& other : shared) {
            double const share = fast_dot(other, own);
            for (std::size_t i = 0; i < column.size(); ++i) column[i] -= share * other[i];
        }
        for (auto r = first; r <= c; ++r)
            curvature.covariate_factor.push_back(fast_dot(basis.column(r), column));
        curvature.covariates.push_back(everyone(column));
    }
    // Where the factor is of no use, the predictor is so large that nothing changes any more.
    if (!(factorize(curvature.covariate_factor, std::ssize(curvature.covariates)) > 0)) {
        curvature.covariates.clear();
        curvature.covariate_factor.clear();
    }
    gram.set_curvature(curvature);
}

ElasticNet::State::Curvature ElasticNet::State::curvature() const {
    if (design.loss().is_quadratic()) return {};
    std::vector<double> now(gram_weights.size());
    design.loss().curvature(now);
    double const sum = std::accumulate(now.begin(), now.end(), 0.0);
    double const then = std::accumulate(gram_weights.begin(), gram_weights.end(), 0.0);
    Curvature found{.ratio = sum / then};
    for (std::size_t i = 0; i < now.size(); ++i)
        found.drift += std::abs(now[i] - found.ratio * gram_weights[i]) / sum;
    return found;
}

void ElasticNet::State::update_gradients(Places places) {
    if (places.size() == 0) return;
    auto const column = single_column(residuals);
    auto* const first = gradients.data() + places.first;
    variants.multiply(places, column, {first, 1, places.size()});
    for (std::int64_t p = 0; p < places.size(); ++p) first[p] /= variants.sample_count();
}

double ElasticNet::State::violation() const {
    double worst = fitted.violation;
    for (std::size_t p = 0; p < gradients.size(); ++p) {
        double const b = coefficients[p];
        double const excess = b == 0 ? std::abs(gradients[p]) - l1()
                                     : std::abs(gradients[p] - l2() * b - std::copysign(l1(), b));
        worst = std::max(worst, excess);
    }
    return worst;
}

double ElasticNet::State::objective(FittedPredictor const& at, std::span<double const> b) const {
    double absolute = 0;
    double squares = 0;
    for (double value : b) {
        absolute += std::abs(value);
        squares += value * value;
    }
    return at.loss / variants.sample_count() + l1() * absolute + l2() / 2 * squares;
}

void ElasticNet::State::let_violators_in() {
    auto inside = gram.places();
    for (auto p = inside; p < variants.size(); ++p) {
        auto const from = static_cast<std::size_t>(p);
        auto const to = static_cast<std::size_t>(inside);
        if (coefficients[from] == 0 && std::abs(gradients[from]) <= l1()) continue;
        variants.swap(inside++, p);
        std::swap(gradients[to], gradients[from]);
        std::swap(coefficients[to], coefficients[from]);
    }
    gram.grow(variants, inside);
}

// One round: each block in turn.
ElasticNet::State::Step ElasticNet::State::improve() {
    auto outcome = Step::none;
    for (std::int64_t b = 0; b < gram.blocks(); ++b) {
        if (b > 0) update_gradients(gram.block(b));
        if (improve_block(b) == Step::taken) outcome = Step::taken;
    }
    return outcome;
}

// Minimise the quadratic near the solution over one block's variants, and go there.
ElasticNet::State::Step ElasticNet::State::improve_block(std::int64_t b) {
    auto const places = gram.block(b);
    auto const at = [&](std::vector<double> const& all) {
        return std::vector<double>(all.begin() + places.first, all.begin() + places.last);
    };
    auto target = at(coefficients);
    auto gradient = at(gradients);
    PenalisedQuadratic const quadratic{
        .gram = gram.values(b), .curvature = curvature().ratio, .l1 = l1(), .l2 = l2()};
    auto const sweeps = descend(quadratic, gradient, target,
                                {.tolerance = std::max(tolerance() / 4, largest_violation / 100),
                                 .most_sweeps = sweeps_left});
    iterations += sweeps;
    sweeps_left -= sweeps;
    return target == at(coefficients) ? Step::none : move(places, target);
}

ElasticNet::State::Step ElasticNet::State::move(Places places, std::span<double const> target) {
    constexpr int most_halvings = 30;
    std::vector<double> step(static_cast<std::size_t>(places.last));
    for (std::size_t i = 0; i < target.size(); ++i) {
        auto const p = static_cast<std::size_t>(places.first) + i;
        step[p] = target[i] - coefficients[p];
    }
    std::vector<double> direction(genetic.size());
    variants.add_to_predictor(step, direction);
    double const before = objective(fitted, coefficients);
    double const rounding = 1e-13 * std::abs(before);
    auto moved = coefficients;
    auto predictor = genetic;
    auto next = fitted;
    double length = 1;
    for (int halving = 0; halving <= most_halvings; ++halving, length /= 2) {
        for (std::size_t i = 0; i < target.size(); ++i) {
            auto const p = static_cast<std::size_t>(places.first) + i;
            moved[p] = length == 1 ? target[i] : coefficients[p] + length * step[p];
        }
        for (std::size_t s = 0; s < predictor.size(); ++s)
            predictor[s] = genetic[s] + length * direction[s];
        next.coefficients = fitted.coefficients;
        fit_unpenalised(design.loss(), design.basis(), design.first_column(),
                        gather(predictor, design.list()), next);
        if (objective(next, moved) <= before + rounding) {
            std::swap(coefficients, moved);
            std::swap(genetic, predictor);
            std::swap(fitted, next);
            residuals = scatter(fitted.residuals, design.list(), std::ssize(genetic));
            return Step::taken;
        }
    }
    design.loss().evaluate(fitted.predictor, fitted.residuals);
    return Step::none;
}

void ElasticNet::State::solve(double given) {
    constexpr int most_rounds_without_progress = 30;
    penalty = given;
    sweeps_left = options.most_rounds;
    double best = std::numeric_limits<double>::infinity();
    double before = best;
    for (int without_progress = 0; without_progress < most_rounds_without_progress;) {
        update_gradients({0, variants.size()});
        largest_violation = violation();
        // Where no variant has a gradient, there are the covariates alone.
        has_converged =
            largest_violation <= tolerance() || (null_gradient == 0 && fitted.has_converged);
        if (has_converged || sweeps_left <= 0) return;
        without_progress = largest_violation < best ? 0 : without_progress + 1;
        best = std::min(best, largest_violation);
        if (is_outdated(largest_violation / before)) set_curvature();
        before = largest_violation;
        let_violators_in();
        if (improve() == Step::taken) continue;
        if (curvature().drift == 0) return;
        set_curvature();  // The step may have been a bad one for being guessed from afar.
        let_violators_in();
        if (improve() == Step::none) return;
    }
}

// A Gram matrix goes with the order of its places.
void ElasticNet::State::arrange(std::span<std::int64_t const> order) {
    bool moved = false;
    for (std::int64_t p = 0; p < variants.size(); ++p) {
        auto const from = variants.place(order[static_cast<std::size_t>(p)]);
        expect(from >= p, "the order is a permutation");
        if (from == p) continue;
        moved |= p < gram.places();
        variants.swap(p, from);
    }
    if (moved) set_curvature();
}

void ElasticNet::State::go_to(ElasticNetPoint const& point) {
    arrange(point.order);
    for (std::int64_t v = 0; v < variants.size(); ++v) {
        coefficients[static_cast<std::size_t>(variants.place(v))] =
            point.effects[static_cast<std::size_t>(v)];
    }
    std::ranges::fill(genetic, 0.0);
    variants.add_to_predictor(coefficients, genetic);
    if (!point.unpenalised.empty()) fitted.coefficients = point.unpenalised;
    fit_unpenalised(design.loss(), design.basis(), design.first_column(),
                    gather(genetic, design.list()), fitted);
    residuals = scatter(fitted.residuals, design.list(), std::ssize(genetic));
    if (!design.loss().is_quadratic()) {
        set_curvature();
    } else if (gram.places() < point.entered) {
        gram.grow(variants, point.entered);
    }
}

// Is it worth computing the Gram matrix again? It costs as much as ten or twenty rounds.
bool ElasticNet::State::is_outdated(double progress) const {
    constexpr double most_drift = 0.2;
    constexpr double least_drift = 0.02;
    constexpr double slow_progress = 0.7;
    double const drift = curvature().drift;
    return drift > most_drift || (drift > least_drift && progress > slow_progress);
}

ElasticNet::ElasticNet(PenalisedTrait const& trait, SampleMask const& training,
                       ElasticNetOptions options)
    : state_{std::make_unique<State>(trait, training, options)} {}
ElasticNet::~ElasticNet() = default;
ElasticNet::ElasticNet(ElasticNet&&) noexcept = default;
ElasticNet& ElasticNet::operator=(ElasticNet&&) noexcept = default;

SampleMask const& ElasticNet::samples() const { return state_->design.samples(); }
std::int64_t ElasticNet::cases() const { return state_->design.cases(); }
std::span<std::string const> ElasticNet::collinear() const { return state_->design.collinear(); }
std::span<double const> ElasticNet::residuals() const { return state_->residuals; }
void ElasticNet::add_variants(PackedView genotypes) { state_->add(genotypes); }
std::int64_t ElasticNet::variants() const { return state_->variants.size(); }

void ElasticNet::solve(double penalty) {
    expect(penalty > 0 && std::isfinite(penalty), "the penalty is positive");
    state_->solve(penalty);
}

ElasticNetPoint ElasticNet::point() const {
    ElasticNetPoint point{.effects = {},
                          .unpenalised = state_->fitted.coefficients,
                          .order = std::vector<std::int64_t>(static_cast<std::size_t>(variants())),
                          .entered = state_->gram.places()};
    for (std::int64_t v = 0; v < variants(); ++v) {
        auto const place = static_cast<std::size_t>(state_->variants.place(v));
        point.effects.push_back(state_->coefficients[place]);
        point.order[place] = v;
    }
    return point;
}

void ElasticNet::go_to(ElasticNetPoint const& point) {
    expect(std::ssize(point.effects) == variants() && std::ssize(point.order) == variants() &&
               point.entered <= variants(),
           "the point has an effect and a place for each variant");
    state_->go_to(point);
}

bool ElasticNet::has_converged() const { return state_->has_converged; }
double ElasticNet::largest_violation() const {
    return state_->null_gradient > 0 ? state_->largest_violation / state_->null_gradient : 0;
}
std::int64_t ElasticNet::iterations() const { return state_->iterations; }

std::vector<double> ElasticNet::effects() const {
    std::vector<double> effects;
    for (std::int64_t v = 0; v < variants(); ++v) {
        auto const place = state_->variants.place(v);
        effects.push_back(state_->coefficients[static_cast<std::size_t>(place)] *
                          state_->variants.way(place).inverse_sd);
    }
    return effects;
}

std::vector<double> ElasticNet::alternate_frequencies() const {
    std::vector<double> frequencies;
    for (std::int64_t v = 0; v < variants(); ++v)
        frequencies.push_back(state_->variants.way(state_->variants.place(v)).mean / 2);
    return frequencies;
}

CovariateModel ElasticNet::covariate_model() const {
    return state_->design.covariate_model(state_->fitted.coefficients);
}

BaselineHazard ElasticNet::baseline_hazard() const {
    return state_->design.baseline_hazard(gather(linear_predictor(), state_->design.list()));
}

std::vector<double> ElasticNet::linear_predictor() const {
    auto predictor = state_->design.covariate_predictor(state_->fitted.coefficients);
    for (std::size_t s = 0; s < predictor.size(); ++s) predictor[s] += state_->genetic[s];
    return predictor;
}

}  // namespace maniple
