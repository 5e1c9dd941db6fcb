#include "event_correction.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "maniple/core/elementary.hpp"
#include "maniple/genotype/genotype_values.hpp"
#include "maniple/genotype/missing_samples.hpp"
#include "maniple/model/given_total.hpp"
#include "maniple/stats/normal.hpp"
#include "wald_test.hpp"

namespace maniple {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// Samples with the common genotype are not looked at one by one where they hold less than this
// share of the score's variance.
constexpr double others_share = 0.04;

// Derivatives up to the fourth tell K to nine digits within steps that move no sample's log odds by
// more than this.
constexpr double smooth_step = 1e-3;

constexpr std::uint64_t low_bits = 0x5555555555555555;

/// Samples beside those whose terms are added up: a scaled and shifted Poisson sum with their
/// variance and their third cumulant, `step` times it.
struct Rest {
    double variance = 0;
    double step = 0;

    CumulantPoint at(double t) const {
        double const x = step * t;
        double const rise = portable_exp(x);
        // (exp(x) - 1) / x and (exp(x) - 1 - x) / x^2
        double first = 1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6))));
        double value = (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6 * (1 + x / 7))))) / 2;
        if (std::abs(x) > 0.01) {
            first = (rise - 1) / x;
            value = (rise - 1 - x) / (x * x);
        }
        return {.value = variance * t * t * value,
                .first = variance * t * first,
                .second = variance * rise,
                .third = variance * step * rise,
                .fourth = variance * step * step * rise};
    }
};

UntiltedSums sum_untilted(Family family, TiltedTask const& task) {
    auto const& forms = tilted_forms();
    return family == Family::poisson ? forms.untilted_poisson(task) : forms.untilted(task);
}

/// The cumulant function of some samples' part of a score, and of the rest. Of `some` the tilt is
/// not read.
CumulantFunction cumulants_of(Family family, TiltedTask const& some, Rest const& rest,
                              UntiltedSums const& untilted) {
    auto const at = [=, mean = untilted.mean](double t) {
        auto const& forms = tilted_forms();
        auto task = some;
        task.tilt = t;
        auto const sums =
            family == Family::poisson ? forms.tilted_poisson(task) : forms.tilted(task);
        auto const others = rest.at(t);
        return CumulantPoint{.value = sums.log_mean - t * mean + others.value,
                             .first = sums.first + others.first,
                             .second = sums.second + others.second,
                             .third = sums.third + others.third,
                             .fourth = sums.fourth + others.fourth};
    };
    auto const others = rest.at(0);
    return {.at = at,
            .origin = {.second = untilted.second + others.second,
                       .third = untilted.third + others.third,
                       .fourth = untilted.fourth + others.fourth},
            .limit = most_tilted / untilted.reach,
            .smooth = smooth_step / untilted.reach};
}

}  // namespace

void EventCorrection::start(std::size_t trait, TakeTest take) {
    expect(waiting_.empty(), "the last trait is finished");
    trait_ = &null_.traits()[trait];
    pattern_ = &null_.pattern(trait_->pattern);
    take_ = std::move(take);
    has_base_ = false;
}

void EventCorrection::add(ScoreRow row) {
    if (settings_.rule.correction == Correction::wald) {
        take_(row.column, test_full_model(row));
        return;
    }
    // Who is at risk without the samples that are dropped is a matter of all.
    bool const is_dense = trait_->family == Family::poisson && drops(row);
    if (settings_.rule.correction != Correction::firth && !is_dense && try_carriers(row)) return;
    waiting_.push_back(std::move(row));
    if (std::ssize(waiting_) == adjust_together) correct_together();
}

void EventCorrection::finish() {
    if (!waiting_.empty()) correct_together();
}

bool EventCorrection::drops(ScoreRow const& row) const {
    return settings_.missing == MissingGenotype::drop && row.counts.missing > 0;
}

// Samples of the trait with another called genotype than the commoner homozygous one.
std::int64_t EventCorrection::list_carriers(ScoreRow const& row) {
    bool const is_alternate = row.counts.alternate > row.counts.reference;
    auto const words = genotypes_.row(row.variant);
    auto const mask = pattern_->mask.words();
    carriers_.clear();
    for (std::size_t w = 0; w < words.size(); ++w) {
        auto const low = words[w] & low_bits;
        auto const high = words[w] >> 1 & low_bits;
        auto const other = is_alternate ? ~high : low ^ high;
        for (auto rest = other & mask[w] & ~(low & high); rest != 0; rest &= rest - 1) {
            carriers_.push_back(static_cast<std::int64_t>(w) * 32 + std::countr_zero(rest) / 2);
        }
    }
    return std::ssize(carriers_);
}

// False where others than carriers matter too.
bool EventCorrection::try_carriers(ScoreRow const& row) {
    auto const& counts = row.counts;
    if (counts.called() - std::max(counts.reference, counts.alternate) > work_.shape.carriers) {
        return false;
    }
    bool const is_hazard = trait_->family == Family::poisson;
    auto const count = list_carriers(row);
    auto const padded = pad_samples(count);
    double weights = trait_->weight_sum;  // Of the others, as soon as carriers are through,
    double thirds = trait_->third_sum;    // third cumulants of theirs,
    double weighted = 0;                  // and w G.
    for (std::int64_t k = 0; k < padded; ++k) {
        double genotype = 0;
        double mean = 0;
        if (k < count) {
            auto const s = carriers_[place(k)];
            genotype = genotypes_.genotype(row.variant, SampleIndex{s});
            for (std::int64_t r = 0; r < pattern_->rank; ++r) {
                genotype -= row.coefficients[place(r)] *
                            static_cast<double>(pattern_->basis[r * null_.stride() + s]);
            }
            mean = trait_->mean[s];
            double const weight = trait_->weight(SampleIndex{s});
            weights -= weight;
            thirds -= is_hazard ? weight : weight * (1 - 2 * mean);
            weighted -= weight * genotype;
        }
        work_.carrier_genotypes[k] = genotype;
        work_.carrier_means[k] = mean;
    }
    TiltedTask const carriers{.genotypes = work_.carrier_genotypes.data(),
                              .risks = work_.carrier_means.data(),
                              .count = padded,
                              .tilt = 0};
    auto const untilted = sum_untilted(trait_->family, carriers);
    Rest rest{.variance = std::max(row.information - untilted.second, 0.0)};
    if (!(rest.variance <= others_share * row.information && untilted.reach > 0)) return false;
    OtherSamples others{.weights = weights, .mean = 0, .variance = rest.variance};
    // The others' G are much alike: their weighted mean to the third power.
    if (weights > 0 && rest.variance > 0) {
        others.mean = weighted / weights;
        rest.step = std::clamp(others.mean * others.mean * others.mean * thirds / rest.variance,
                               -untilted.reach, untilted.reach);
    }
    auto cumulants = cumulants_of(trait_->family, carriers, rest, untilted);
    take_(row.column, is_hazard ? judge_hazard_of_carriers(row, std::move(cumulants), others)
                                : judge(row, cumulants));
    return true;
}

void EventCorrection::correct_together() {
    std::vector<double> coefficients;
    auto const stride = null_.stride();
    for (std::size_t k = 0; k < waiting_.size(); ++k) {
        auto const& row = waiting_[k];
        auto const sums = work_.genotypes.span().subspan(k * place(stride), place(stride));
        std::ranges::fill(sums, 0.0);
        std::array const rows{row.variant};
        std::array<GenotypeValues, 1> const values{{{0, 1, 2, drops(row) ? 0 : row.mean}}};
        add_genotype_values(genotypes_, rows, values, sums.first(place(null_.samples())));
        coefficients.insert(coefficients.end(), row.coefficients.begin(), row.coefficients.end());
    }
    tilted_forms().adjust({.basis = pattern_->basis.data(),
                           .stride = stride,
                           .rank = pattern_->rank,
                           .count = stride,
                           .coefficients = coefficients.data(),
                           .variants = std::ssize(waiting_),
                           .genotypes = work_.genotypes.data(),
                           .genotype_stride = stride});
    for (std::size_t k = 0; k < waiting_.size(); ++k) {
        correct_whole(waiting_[k], work_.genotypes.data() + static_cast<std::int64_t>(k) * stride);
    }
    waiting_.clear();
}

std::span<SampleIndex const> EventCorrection::find_missing_of(ScoreRow const& row) {
    auto const count =
        find_missing(genotypes_.row(row.variant), pattern_->mask.words(), work_.missing);
    return std::span{work_.missing}.first(place(count));
}

// Who has no genotype takes no part.
std::span<double const> EventCorrection::means_without_missing(ScoreRow const& row) {
    std::ranges::copy(trait_->mean.span(), work_.means.data());
    bool const has_firth = work_.inside.size() > 0;
    if (has_firth) std::ranges::copy(pattern_->inside.span(), work_.inside.data());
    for (auto s : find_missing_of(row)) {
        work_.means[s.get()] = 0;
        if (has_firth) work_.inside[s.get()] = 0;
    }
    return work_.means.span();
}

void EventCorrection::correct_whole(ScoreRow const& row, double const* genotypes) {
    auto const* const means = drops(row) ? means_without_missing(row).data() : trait_->mean.data();
    TiltedTask const all{
        .genotypes = genotypes, .risks = means, .count = null_.stride(), .tilt = 0};
    auto cumulants = cumulants_of(trait_->family, all, {}, sum_untilted(trait_->family, all));
    if (trait_->family == Family::poisson) {
        take_(row.column, judge_hazard(row, std::move(cumulants), genotypes));
        return;
    }
    take_(row.column, settings_.rule.correction == Correction::firth
                          ? fit_exactly(row, cumulants, genotypes)
                          : judge(row, cumulants));
}

namespace {

TestStatus status_of(FitStatus status) {
    switch (status) {
        case FitStatus::separated:
            return TestStatus::separated;
        case FitStatus::one_class:
            return TestStatus::constant_trait;
        default:
            return TestStatus::not_converged;
    }
}

EventTest describe(FirthEffect const& effect) {
    if (!effect.has_converged) return {none, none, none, TestStatus::not_converged};
    return {effect.beta, effect.standard_error,
            neg_log10_p_normal(std::sqrt(effect.likelihood_ratio)), TestStatus::ok};
}

}  // namespace

EventTest EventCorrection::test_full_model(ScoreRow const& row) {
    auto const genotypes = work_.genotypes.span().first(place(null_.samples()));
    std::ranges::fill(genotypes, 0.0);
    std::array const rows{row.variant};
    std::array<GenotypeValues, 1> const values{{{0, 1, 2, drops(row) ? none : row.mean}}};
    add_genotype_values(genotypes_, rows, values, genotypes);
    auto const fit = fit_beside_covariates(null_, *trait_, genotypes, *work_.full);
    if (fit.status != FitStatus::ok) return {none, none, none, status_of(fit.status)};
    auto const& effect = fit.effect;
    if (!(effect.standard_error > 0)) return {none, none, none, TestStatus::collinear_genotype};
    return {effect.value, effect.standard_error,
            neg_log10_p_normal(effect.value / effect.standard_error), TestStatus::ok};
}

// The saddlepoint's p beside Firth's effect, where it was asked for.
EventTest EventCorrection::with_tail(EventTest test, std::function<double()> const& tail) const {
    if (settings_.rule.correction != Correction::spa || test.status != TestStatus::ok) return test;
    test.neg_log10_p = tail();
    if (std::isfinite(test.neg_log10_p)) return test;
    return {none, none, none, TestStatus::not_converged};
}

EventTest EventCorrection::judge(ScoreRow const& row, CumulantFunction const& cumulants) const {
    auto const effect = fit_firth_effect(cumulants, row.score);
    return with_tail(describe(effect),
                     [&] { return neg_log10_p_saddlepoint(cumulants, row.score); });
}

EventTest EventCorrection::fit_exactly(ScoreRow const& row, CumulantFunction const& cumulants,
                                       double const* genotypes) {
    auto const guess = fit_firth_effect(cumulants, row.score);
    double const start = guess.has_converged ? guess.beta : 0;
    double const information = cumulants.origin.second;
    double const there =
        guess.has_converged ? 1 / (guess.standard_error * guess.standard_error) : information;
    auto const count = place(null_.stride());
    MatrixView<float const> const covariates{pattern_->basis.data(), pattern_->rank,
                                             null_.stride()};
    auto& near = *work_.firth_near;
    if (!has_base_) {
        near.start({.covariates = covariates,
                    .offset = trait_->predictor.span(),
                    .risks = trait_->mean.span(),
                    .factor = trait_->factor,
                    .sign = trait_->sign.span(),
                    .inside = pattern_->inside.span()});
        has_base_ = true;
    }
    auto const inside =
        drops(row) ? std::span<double const>{work_.inside.span()} : std::span<double const>{};
    if (auto const effect = near.fit({.genotypes = {genotypes, count},
                                      .inside = inside,
                                      .start = start,
                                      .limit = cumulants.limit,
                                      .information = information,
                                      .information_there = there})) {
        return describe(*effect);
    }
    FirthProblem const problem{.covariates = covariates,
                               .column = {genotypes, count},
                               .offset = trait_->predictor.span(),
                               .sign = trait_->sign.span(),
                               .inside = inside.empty() ? pattern_->inside.span() : inside};
    return describe(fit_firth(problem, start, *work_.firth));
}

// The partial likelihood of carriers beside others with one genotype, and a normal part of the
// score for what spread these have.
EventTest EventCorrection::judge_hazard_of_carriers(ScoreRow const& row, CumulantFunction poisson,
                                                    OtherSamples const& others) {
    // Computed first: carriers are overwritten, then put in another order.
    double const tail = hazard_tail(row, std::move(poisson), trait_->weight_sum);
    auto const genotypes = work_.carrier_genotypes.span().first(carriers_.size());
    for (double& genotype : genotypes) genotype -= others.mean;
    auto& hazard = *work_.hazard;
    hazard.set_carriers(trait_->risk_sets, carriers_, genotypes);
    double const spread = others.variance - others.mean * others.mean * others.weights;
    return with_tail(describe(fit_firth_effect(hazard.function(std::max(spread, 0.0)), row.score)),
                     [=] { return tail; });
}

EventTest EventCorrection::judge_hazard(ScoreRow const& row, CumulantFunction poisson,
                                        double const* genotypes) {
    double events = trait_->weight_sum;
    RiskSets some;
    if (drops(row)) {
        auto const missing = find_missing_of(row);
        for (auto s : missing) events -= trait_->mean[s.get()];
        some = trait_->risk_sets.without(missing);
    }
    auto& hazard = *work_.hazard;
    hazard.set_all(drops(row) ? some : trait_->risk_sets, {genotypes, place(null_.stride())});
    // Nothing to tell apart whenever one happens.
    if (!(hazard.function().origin.second > 0)) {
        return {none, none, none, TestStatus::collinear_genotype};
    }
    return with_tail(describe(fit_firth_effect(hazard.function(), hazard.score())),
                     [&] { return hazard_tail(row, std::move(poisson), events); });
}

// NaN where nobody asks for it.
double EventCorrection::hazard_tail(ScoreRow const& row, CumulantFunction poisson,
                                    double events) const {
    if (settings_.rule.correction != Correction::spa) return none;
    return neg_log10_p_saddlepoint(given_total(std::move(poisson), events), row.score);
}

}  // namespace maniple
