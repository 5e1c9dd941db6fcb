/// \file  What polygenic scores are made of: variants, and what each score gives their alleles.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "maniple/genotype/weight_matrix.hpp"

namespace maniple {

/// A variant that scores weigh. It belongs to no cohort: cohorts are matched by position and
/// alleles, by `id` only where the source has no position.
struct ScoredVariant {
    std::string contig;         ///< As in the source; empty where it has none.
    std::int32_t position = 0;  ///< 1-based; 0 where the source has none.
    std::string id;             ///< "." where the source has none.
    std::string effect_allele;
    std::string other_allele;  ///< Empty where the source has none.
    /// Among the samples the scores were trained on; NaN where the source does not say.
    double effect_allele_frequency = std::numeric_limits<double>::quiet_NaN();

    friend bool operator==(ScoredVariant const&, ScoredVariant const&) = default;
};

/// 64-bit checksum of what names a variant: place and alleles; the ID too where it has no position.
/// Frequencies have no part in it.
std::uint64_t name_checksum(ScoredVariant const& variant);

/// Any number of scores over one list of variants.
struct ScoreWeights {
    std::vector<ScoredVariant> variants;
    std::vector<std::string> scores;  ///< Names; unique.
    WeightMatrix weights;             ///< scores x variants.

    friend bool operator==(ScoreWeights const&, ScoreWeights const&) = default;
};

}  // namespace maniple
