#include "event_correction.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "maniple/core/elementary.hpp"
#include "maniple/genotype/genotype_values.hpp"
#include "maniple/genotype/missing_samples.hpp"
#include "maniple/model/firth_effect.hpp"
#include "maniple/stats/normal.hpp"

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

/// The cumulant function of some samples' part of a score, and of the rest.
CumulantFunction cumulants_of(double const* genotypes, double const* means, std::int64_t count,
                              Rest const& rest, UntiltedSums const& untilted) {
    auto const at = [=, mean = untilted.mean](double t) {
        auto const sums = tilted_forms().tilted(
            {.genotypes = genotypes, .risks = means, .count = count, .tilt = t});
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
}

void EventCorrection::add(ScoreRow row) {
    if (settings_.rule.correction != Correction::firth && try_carriers(row)) return;
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
    auto const count = list_carriers(row);
    auto const padded = pad_samples(count);
    double weights = trait_->weight_sum;  // Of the others, as soon as carriers are through,
    double thirds = trait_->third_sum;    // w (1 - 2 m) of theirs,
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
            double const weight = mean * (1 - mean);
            weights -= weight;
            thirds -= weight * (1 - 2 * mean);
            weighted -= weight * genotype;
        }
        work_.carrier_genotypes[k] = genotype;
        work_.carrier_means[k] = mean;
    }
    auto const* const genotypes = work_.carrier_genotypes.data();
    auto const* const means = work_.carrier_means.data();
    auto const untilted = tilted_forms().untilted(
        {.genotypes = genotypes, .risks = means, .count = padded, .tilt = 0});
    Rest rest{.variance = std::max(row.information - untilted.second, 0.0)};
    if (!(rest.variance <= others_share * row.information && untilted.reach > 0)) return false;
    // The others' G are much alike: their weighted mean to the third power.
    if (weights > 0 && rest.variance > 0) {
        double const mean = weighted / weights;
        rest.step = std::clamp(mean * mean * mean * thirds / rest.variance, -untilted.reach,
                               untilted.reach);
    }
    take_(row.column, judge(row, cumulants_of(genotypes, means, padded, rest, untilted)));
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

// Who has no genotype takes no part.
std::span<double const> EventCorrection::means_without_missing(ScoreRow const& row) {
    std::ranges::copy(trait_->mean.span(), work_.means.data());
    auto const count =
        find_missing(genotypes_.row(row.variant), pattern_->mask.words(), work_.missing);
    bool const has_firth = work_.inside.size() > 0;
    if (has_firth) std::ranges::copy(pattern_->inside.span(), work_.inside.data());
    for (auto s : std::span{work_.missing}.first(place(count))) {
        work_.means[s.get()] = 0;
        if (has_firth) work_.inside[s.get()] = 0;
    }
    return work_.means.span();
}

void EventCorrection::correct_whole(ScoreRow const& row, double const* genotypes) {
    auto const* const means = drops(row) ? means_without_missing(row).data() : trait_->mean.data();
    auto const count = null_.stride();
    auto const untilted = tilted_forms().untilted(
        {.genotypes = genotypes, .risks = means, .count = count, .tilt = 0});
    auto const cumulants = cumulants_of(genotypes, means, count, {}, untilted);
    take_(row.column, settings_.rule.correction == Correction::firth
                          ? fit_exactly(row, cumulants, genotypes)
                          : judge(row, cumulants));
}

namespace {

EventTest describe(FirthEffect const& effect) {
    if (!effect.has_converged) return {none, none, none, TestStatus::not_converged};
    return {effect.beta, effect.standard_error,
            neg_log10_p_normal(std::sqrt(effect.likelihood_ratio)), TestStatus::ok};
}

}  // namespace

EventTest EventCorrection::judge(ScoreRow const& row, CumulantFunction const& cumulants) const {
    if (settings_.rule.correction == Correction::firth_approx) {
        return describe(fit_firth_effect(cumulants, row.score));
    }
    EventTest test{row.score / row.information, 1 / std::sqrt(row.information),
                   neg_log10_p_saddlepoint(cumulants, row.score), TestStatus::ok};
    if (!std::isfinite(test.neg_log10_p)) return {none, none, none, TestStatus::not_converged};
    // Effect and p stay those of one normal deviate.
    double const deviate = normal_from_neg_log10_p(test.neg_log10_p);
    if (deviate > 0 && test.beta != 0) test.standard_error = std::abs(test.beta) / deviate;
    return test;
}

EventTest EventCorrection::fit_exactly(ScoreRow const& row, CumulantFunction const& cumulants,
                                       double const* genotypes) {
    auto const start = fit_firth_effect(cumulants, row.score);
    auto const count = place(null_.stride());
    FirthProblem const problem{
        .covariates = {pattern_->basis.data(), pattern_->rank, null_.stride()},
        .column = {genotypes, count},
        .offset = trait_->predictor.span(),
        .sign = trait_->sign.span(),
        .inside =
            drops(row) ? std::span<double const>{work_.inside.span()} : pattern_->inside.span()};
    return describe(fit_firth(problem, start.has_converged ? start.beta : 0, *work_.firth));
}

}  // namespace maniple
