/// \file  Tests of events, cases or those in time, on the variants of one block.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "maniple/genotype/packed_block.hpp"
#include "maniple/model/event_null.hpp"
#include "maniple/model/linear_scan.hpp"
#include "maniple/model/variant_filter.hpp"

namespace maniple {

/// What follows a score test with a small p.
enum class Correction {
    none,
    spa,           ///< The saddlepoint approximation's p, and the effect of firth_approx.
    firth_approx,  ///< Firth's regression of the variant, the covariates' effects being given.
    firth,         ///< The same with all effects free; of binary traits alone.
    wald,          ///< A regression with all effects free and no penalty, whatever the p.
};

struct EventRule {
    Correction correction = Correction::spa;
    double threshold = 0.05;           ///< Largest p of a score test that is not corrected.
    std::int64_t fewest_carriers = 5;  ///< Of the rarer genotypes, among a trait's samples.
};

/// How a block is tested.
struct EventSettings {
    MissingGenotype missing = MissingGenotype::mean;
    VariantFilter filter;
    EventRule rule;
};

/// How much a model of events is about.
struct EventExtent {
    std::int64_t samples = 0;
    std::int64_t columns = 0;  ///< That genotypes are multiplied with.
    std::int64_t traits = 0;
    std::int64_t rank = 0;    ///< Of any trait, at the most.
    std::int64_t events = 0;  ///< Of any trait with times; 0: there is none.
};

/// Memory of one thread, reused from block to block.
class EventWorkspace {
public:
    /// For blocks of at most `block_variants` variants.
    EventWorkspace(EventNull const& null, EventSettings const& settings,
                   std::int64_t block_variants);
    EventWorkspace(EventWorkspace&&) noexcept;
    EventWorkspace& operator=(EventWorkspace&&) noexcept;
    ~EventWorkspace();

    static std::int64_t bytes(EventNull const& null, EventSettings const& settings,
                              std::int64_t block_variants);

    /// The same before there is a null model. No less than `bytes` of any with these extents.
    static std::int64_t most_bytes(EventExtent const& extent, EventSettings const& settings,
                                   std::int64_t block_variants);

    struct Buffers;

private:
    friend class EventBlockScan;
    std::unique_ptr<Buffers> buffers_;
};

/// Test every trait of `null` against the chosen variants of a block.
///
/// The score test: U = g'(y - m), V = g'Wg - |Z'Wg|^2, p of the normal U / sqrt(V), effect (log
/// odds, or log hazard ratio, per ALT allele) U / V with standard error 1 / sqrt(V). Sums of
/// genotypes are exact integers. Where p is at most the threshold:
///  - firth_approx, firth: effect and standard error of Firth's regression, p of twice the rise of
///    the penalised log likelihood (chi-squared, one degree of freedom).
///  - spa: effect and standard error of firth_approx, p by the saddlepoint approximation of U's
///    distribution given the covariates, which few carriers or cases do not mislead.
///  - wald: effect and standard error of the variant in a logistic or Cox regression on covariates
///    and variant, p of their ratio. An effect without finite optimum is `separated`.
/// Of times to an event U is the score of the partial likelihood, and V its variance where numbers
/// of events are Poisson's. The saddlepoint has their cumulants given how many events there are;
/// Firth's regression is that of the variant in the partial likelihood (ties by Efron).
///
/// All of it works on G = g - Z Z'Wg. Where nearly all of V is that of few carriers, the other
/// samples count as one sum with their part of V and about their third cumulant.
///
/// A missing genotype counts the mean of the trait's samples that have one. With `drop`, such
/// samples are left out, and covariates are fitted anew on those that remain by one Newton step.
/// A row's numbers depend on neither its neighbours, nor other traits, nor the instruction set.
///
/// \param rows    variants of the block to test, ascending.
/// \param tests   views with a column per row; overwritten. `samples` and `alternate_frequency` are
///                by pattern of `null`.
/// \pre   genotypes.samples() == null.samples()
/// \pre   settings.rule.correction is not firth where a trait has times
/// \pre   tests' views have a row per trait, or per pattern, of `null`
/// \pre   the workspace was made for `null` and `settings`
/// Serial and re-entrant with a workspace of its own.
/// Sources: R. Dey et al. (2017), Am. J. Hum. Genet. 101; W. Zhou et al. (2018), Nat. Genet. 50;
/// J. Mbatchou et al. (2021), Nat. Genet. 53.
void scan_event_block(EventNull const& null, PackedView genotypes,
                      std::span<LocalVariantIndex const> rows, EventSettings const& settings,
                      EventWorkspace& workspace, LinearTests const& tests);

}  // namespace maniple
