#include "maniple/model/binary_null.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "logistic_lanes.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/core/error.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "newton.hpp"
#include "outcome_loss.hpp"
#include "tilted_lanes.hpp"
#include "trait_groups.hpp"

namespace maniple {
namespace {

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

// Samples of a pattern in order, and what is known of one trait on them, padded for the lanes.
struct CaseStatus {
    std::vector<double> sign;
    std::vector<double> offset;
    std::int64_t cases = 0;
};

// A likelihood's terms at the predictor last evaluated.
class NullLikelihood {
public:
    NullLikelihood(OrthonormalBasis const& basis, CaseStatus const& outcome)
        : basis_{basis}, outcome_{outcome} {
        auto const padded = pad_samples(basis.rows());
        for (auto* terms : {&predictor_, &residual_, &weight_, &value_}) {
            *terms = AlignedBuffer<double>{padded};
        }
    }

    Likelihood operator()(std::span<double const> parameters) {
        auto const rows = basis_.rows();
        std::ranges::copy(outcome_.offset, predictor_.data());
        Likelihood point;
        std::vector<double> own(place(rows));
        for (std::int64_t c = 0; c < basis_.columns(); ++c) {
            auto const column = basis_.column(c);
            double const step = parameters[place(c)];
            for (std::size_t i = 0; i < own.size(); ++i) own[i] += step * column[i];
        }
        for (std::int64_t i = 0; i < rows; ++i) {
            predictor_[i] += own[place(i)];
            point.largest_predictor = std::fmax(point.largest_predictor, std::abs(own[place(i)]));
        }
        evaluate_logistic({.predictor = predictor_.data(),
                           .sign = outcome_.sign.data(),
                           .count = predictor_.size(),
                           .residual = residual_.data(),
                           .weight = weight_.data(),
                           .log_likelihood = value_.data()});
        for (std::int64_t i = 0; i < rows; ++i) point.value += value_[i];
        for (std::int64_t c = 0; c < basis_.columns(); ++c) {
            point.gradient.push_back(fast_dot(basis_.column(c), residuals()));
        }
        point.information = weighted_gram(weights(), basis_, 0);
        return point;
    }

    std::span<double const> predictors() const { return first(predictor_); }
    std::span<double const> residuals() const { return first(residual_); }
    std::span<double const> weights() const { return first(weight_); }

private:
    std::span<double const> first(AlignedBuffer<double> const& terms) const {
        return terms.span().first(place(basis_.rows()));
    }

    OrthonormalBasis const& basis_;
    CaseStatus const& outcome_;
    AlignedBuffer<double> predictor_, residual_, weight_, value_;
};

std::string describe_few(char const* what, std::int64_t fewest) {
    return fmt::format(
        "has too few {} (fewer than {} among the samples analysed); check the table and the sample "
        "filters, or lower --min-cases",
        what, fewest);
}

}  // namespace

class BinaryNull::Fit {
public:
    Fit(BinaryNull& null, std::span<Covariate const> covariates, std::span<std::string const> names,
        LoadTrait const& load, BinaryOptions const& options)
        : null_{null},
          covariates_{covariates},
          names_{names},
          load_{load},
          options_{options},
          values_(place(null.samples())),
          offset_(options.offset ? values_.size() : 0) {}

    void run() {
        auto groups = group_traits();
        auto const most_rank = std::ssize(covariates_) + 1;
        null_.columns_ = FixedPointMatrix{null_.samples(), std::ssize(names_) * (most_rank + 1)};
        null_.weights_ = FixedPointMatrix{null_.samples(), std::ssize(names_)};
        for (auto& group : groups) fit_pattern(group);
        null_.columns_.truncate(next_column_);
        null_.weights_.truncate(std::ssize(null_.traits_));
        order_as_named();
    }

private:
    std::vector<TraitGroup> group_traits() {
        TraitGroups groups;
        for (std::size_t t = 0; t < names_.size(); ++t) {
            load_(t, values_);
            SampleMask mask{null_.samples()};
            null_.base_.for_each([&](SampleIndex s) {
                if (!std::isnan(values_[s.at()])) mask.insert(s);
            });
            groups.add(t, std::move(mask));
        }
        return groups.take();
    }

    void fit_pattern(TraitGroup& group) {
        auto const made = make_basis(group.mask.list(), covariates_);
        BinaryPattern pattern{.mask = std::move(group.mask)};
        pattern.samples = std::ssize(made.samples);
        pattern.collinear = made.collinear;
        pattern.rank = made.basis.columns();
        null_.patterns_.push_back(std::move(pattern));
        for (auto t : group.members) fit_trait(t, made);
        auto& kept = null_.patterns_.back();
        if (kept.traits.empty()) {
            null_.patterns_.pop_back();
            return;
        }
        kept.inside = spread(std::vector<double>(made.samples.size(), 1.0), made.samples);
        kept.basis = AlignedBuffer<float>{kept.rank * null_.stride()};
        for (std::int64_t c = 0; c < kept.rank; ++c) {
            auto const column = made.basis.column(c);
            for (std::size_t i = 0; i < made.samples.size(); ++i) {
                kept.basis[c * null_.stride() + made.samples[i].get()] =
                    static_cast<float>(column[i]);
            }
        }
    }

    void fit_trait(std::size_t t, CovariateBasis const& made) {
        load_(t, values_);
        auto const outcome = outcome_of(t, made.samples);
        auto const controls = std::ssize(made.samples) - outcome.cases;
        auto const fewest = std::max<std::int64_t>(options_.fewest_cases, 1);
        if (std::min(outcome.cases, controls) < fewest) {
            reject(t, describe_few(outcome.cases < fewest ? "cases" : "controls", fewest));
            return;
        }
        NullLikelihood likelihood{made.basis, outcome};
        std::vector<double> start(place(made.basis.columns()));
        if (!options_.offset) {
            auto const odds = static_cast<double>(outcome.cases) / static_cast<double>(controls);
            start[0] = portable_log(odds) * std::sqrt(static_cast<double>(made.samples.size()));
        }
        auto const result = maximize(std::ref(likelihood), std::move(start));
        if (result.status != FitStatus::ok) {
            reject(t, result.status == FitStatus::separated
                          ? "is told apart without error by the covariates (cases and controls "
                            "are separated); leave out the covariate that repeats it"
                          : "has no null model (the logistic regression on the covariates does "
                            "not converge); check the covariates' scales and the offset");
            return;
        }
        auto const at_optimum = likelihood(result.parameters);
        add_trait(t, made, outcome, likelihood, at_optimum);
    }

    CaseStatus outcome_of(std::size_t t, std::span<SampleIndex const> samples) {
        CaseStatus outcome;
        auto const padded = place(pad_samples(std::ssize(samples)));
        outcome.sign.assign(padded, 1);
        outcome.offset.assign(padded, 0);
        if (options_.offset) options_.offset(t, offset_);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            double const value = values_[samples[i].at()];
            if (value != 0 && value != 1) {
                throw UserError{fmt::format(
                    "trait '{}' has the value {} (a binary trait is 0 for controls and 1 for "
                    "cases); use another model, or recode it",
                    names_[t], value)};
            }
            outcome.sign[i] = value == 1 ? 1 : -1;
            outcome.cases += value == 1 ? 1 : 0;
            if (options_.offset) outcome.offset[i] = offset_[samples[i].at()];
        }
        return outcome;
    }

    void add_trait(std::size_t t, CovariateBasis const& made, CaseStatus const& outcome,
                   NullLikelihood const& fitted, Likelihood const& at_optimum) {
        auto& pattern = null_.patterns_.back();
        BinaryTrait trait{.name = names_[t],
                          .pattern = PatternIndex{std::ssize(null_.patterns_) - 1}};
        trait.cases = outcome.cases;
        trait.controls = pattern.samples - outcome.cases;
        trait.rank = pattern.rank;
        trait.factor = at_optimum.information;
        if (!(factorize(trait.factor, trait.rank) > 1e-10)) {
            reject(t,
                   "has no null model (covariates are collinear where its risk is not 0 or 1); "
                   "leave out covariates, or levels with few samples");
            return;
        }
        std::vector<double> risk;
        for (std::size_t i = 0; i < made.samples.size(); ++i) {
            risk.push_back((outcome.sign[i] > 0 ? 1 : 0) - fitted.residuals()[i]);
        }
        trait.risk = spread(risk, made.samples);
        trait.predictor = spread(fitted.predictors(), made.samples);
        trait.sign = AlignedBuffer<double>{null_.stride()};
        std::ranges::fill(trait.sign.span(), -1.0);
        for (std::size_t i = 0; i < made.samples.size(); ++i) {
            trait.sign[made.samples[i].get()] = outcome.sign[i];
        }
        for (std::size_t i = 0; i < risk.size(); ++i) {
            trait.weight_sum += fitted.weights()[i];
            trait.third_sum += fitted.weights()[i] * (1 - 2 * risk[i]);
        }
        trait.first_column = next_column_;
        trait.weight_column = std::ssize(null_.traits_);
        add_columns(trait, made, fitted);
        pattern.traits.push_back(null_.traits_.size());
        null_.traits_.push_back(std::move(trait));
        input_position_.push_back(t);
    }

    // The residual, then w Z: Z' = inverse(L) Q', column by column.
    void add_columns(BinaryTrait& trait, CovariateBasis const& made, NullLikelihood const& fitted) {
        auto const weights = fitted.weights();
        std::vector<std::vector<double>> z;
        std::vector<std::vector<double>> columns;
        auto const all = null_.samples();
        columns.push_back(scatter(fitted.residuals(), made.samples, all));
        for (std::int64_t r = 0; r < trait.rank; ++r) {
            auto const q = made.basis.column(r);
            std::vector<double> column{q.begin(), q.end()};
            auto const* const row = trait.factor.data() + triangle_size(r);
            for (std::int64_t k = 0; k < r; ++k) {
                auto const& earlier = z[place(k)];
                for (std::size_t i = 0; i < column.size(); ++i) column[i] -= row[k] * earlier[i];
            }
            for (double& value : column) value /= row[r];
            z.push_back(column);
            for (std::size_t i = 0; i < column.size(); ++i) column[i] *= weights[i];
            columns.push_back(scatter(column, made.samples, all));
        }
        std::vector<std::span<double const>> const views{columns.begin(), columns.end()};
        null_.columns_.fit_columns(next_column_, views);
        for (std::size_t c = 0; c < columns.size(); ++c) {
            trait.units.push_back(
                1 / null_.columns_.format(next_column_ + static_cast<std::int64_t>(c)).scale);
        }
        next_column_ += std::ssize(columns);
        auto const whole = scatter(weights, made.samples, all);
        std::span<double const> const view{whole};
        null_.weights_.fit_columns(trait.weight_column, {&view, 1});
        trait.weight_unit = 1 / null_.weights_.format(trait.weight_column).scale;
    }

    AlignedBuffer<double> spread(std::span<double const> some,
                                 std::span<SampleIndex const> samples) const {
        AlignedBuffer<double> all{null_.stride()};
        for (std::size_t i = 0; i < samples.size(); ++i) all[samples[i].get()] = some[i];
        return all;
    }

    void reject(std::size_t t, std::string reason) {
        rejected_.emplace_back(t, RejectedTrait{names_[t], std::move(reason)});
    }

    /// Traits were fitted pattern by pattern; results come in the order of their names.
    void order_as_named() {
        std::vector<std::size_t> order(null_.traits_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [&](std::size_t i) { return input_position_[i]; });
        std::vector<std::size_t> position(order.size());
        std::vector<BinaryTrait> sorted;
        for (std::size_t i = 0; i < order.size(); ++i) {
            position[order[i]] = i;
            sorted.push_back(std::move(null_.traits_[order[i]]));
        }
        null_.traits_ = std::move(sorted);
        for (auto& pattern : null_.patterns_) {
            for (auto& t : pattern.traits) t = position[t];
        }
        std::ranges::sort(rejected_, {}, [](auto const& r) { return r.first; });
        for (auto& rejected : rejected_) null_.rejected_.push_back(std::move(rejected.second));
    }

    BinaryNull& null_;
    std::span<Covariate const> covariates_;
    std::span<std::string const> names_;
    LoadTrait const& load_;
    BinaryOptions const& options_;
    std::vector<double> values_;
    std::vector<double> offset_;
    std::int64_t next_column_ = 0;
    std::vector<std::size_t> input_position_;  // Of each trait fitted.
    std::vector<std::pair<std::size_t, RejectedTrait>> rejected_;
};

BinaryNull::BinaryNull(SampleMask const& candidates, std::span<Covariate const> covariates,
                       std::span<std::string const> names, LoadTrait const& load,
                       BinaryOptions const& options)
    : base_{complete_samples(candidates, covariates)}, stride_{pad_samples(candidates.samples())} {
    if (base_.count() == 0) {
        throw UserError{fmt::format(
            "no sample can be analysed (of {} samples kept, none has a value for every covariate); "
            "check the covariates and the sample filters",
            candidates.count())};
    }
    Fit{*this, covariates, names, load, options}.run();
}

std::int64_t BinaryNull::bytes() const {
    auto total = columns_.bytes() + weights_.bytes();
    for (auto const& pattern : patterns_) total += (4 * pattern.rank + 8) * stride_;
    return total + 3 * 8 * stride_ * std::ssize(traits_);
}

}  // namespace maniple
