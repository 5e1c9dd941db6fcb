/// \file  Variants of scores among those of a cohort, and how much of each score is there.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "maniple/genotype/variant_matcher.hpp"
#include "maniple/run/score_sources.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// One source's variants, in its order.
struct SourceMatches {
    std::vector<VariantMatch> variants;
    std::vector<std::int32_t> missing;  ///< Samples of the cohort without that genotype.
};

/// Look up every scored variant. Reads names and counts of variants, no genotypes.
/// \param rule  nothing: AmbiguousStrand::frequency, and `keep` for models of this very cohort.
/// \throws CorruptInput.
std::vector<SourceMatches> match_sources(Cohort const& cohort,
                                         std::vector<ScoreSource> const& sources,
                                         std::optional<AmbiguousStrand> rule);

/// ALT alleles that a missing genotype of a matched variant counts: by the frequency in training,
/// or else in the cohort. \pre is_used(match.outcome)
double missing_alternates(ScoredVariant const& scored, VariantMatch const& match);

/// How much of one score the cohort has. Variants of weight 0 do not count.
struct ScoreCoverage {
    std::string score;
    std::int64_t variants = 0;
    std::array<std::int64_t, match_outcomes> by_outcome{};
    std::int64_t by_id = 0;       ///< Of those used.
    std::int64_t duplicates = 0;  ///< Of those used: the cohort has several, the first counts.
    /// Share of the sum of weight^2 * 2 f (1 - f) that the variants used have; f is the frequency
    /// in training, or else in the cohort; for variants without either, f (1 - f) is the mean of
    /// those with one.
    double mass = 0;
    double missing = 0;  ///< Share of the genotypes used that are missing in the cohort.

    std::int64_t used() const;
    /// Of the variants; 1 where there are none.
    double share_used() const;
};

/// One per score, in order.
std::vector<ScoreCoverage> measure_coverage(ScoreSource const& source, SourceMatches const& matches,
                                            std::int64_t samples);

/// \throws UserError where less than `least` of a score's variants are used: how many, the likely
///         reason and an example.
void require_coverage(ScoreSource const& source, SourceMatches const& matches,
                      std::span<ScoreCoverage const> coverage, std::span<std::string const> contigs,
                      double least);

}  // namespace maniple
