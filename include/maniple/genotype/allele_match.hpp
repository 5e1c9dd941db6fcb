/// \file  Whether a score's alleles are those of a cohort's variant, and which of them is counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "maniple/genotype/score_weights.hpp"
#include "maniple/genotype/variant.hpp"

namespace maniple {

/// How a scored variant meets a variant of the cohort at its position.
enum class AlleleFit : std::uint8_t {
    same,             ///< The effect allele is ALT, the other one REF.
    swapped,          ///< The effect allele is REF, the other one ALT.
    flipped,          ///< As `same`, on the other strand.
    flipped_swapped,  ///< As `swapped`, on the other strand.
    ambiguous,        ///< A/T or C/G: fits both strands, and nothing says which.
    none,             ///< Other alleles.
};

/// What to do with A/T and C/G variants.
enum class AmbiguousStrand {
    frequency,  ///< Take the strand on which the effect allele is as common, or rare, in the cohort
                ///< as it was in training; leave the variant out where either frequency is not
                ///< known, or within 0.1 of a half.
    keep,       ///< Both sources name alleles of the same strand.
    drop,       ///< Leave them out.
};

/// Is it one of two bases that are each other's complement?
bool is_ambiguous(std::string_view allele, std::string_view other);

/// Compare alleles; upper and lower case are the same. Other strands are tried for single bases
/// alone. Where the score does not say the other allele, the effect allele decides.
/// \param alternate_frequency  of the cohort's variant; NaN where not known.
AlleleFit fit_alleles(ScoredVariant const& scored, Variant const& variant,
                      double alternate_frequency, AmbiguousStrand rule);

/// Is the variant part of the score?
constexpr bool is_used(AlleleFit fit) {
    return fit != AlleleFit::ambiguous && fit != AlleleFit::none;
}

/// Does the effect allele count as REF? Then a genotype g has 2 - g effect alleles.
constexpr bool counts_reference(AlleleFit fit) {
    return fit == AlleleFit::swapped || fit == AlleleFit::flipped_swapped;
}

/// One name for each contig: without "chr" and leading zeros, in capitals; 23 is X, 24 is Y, 26 and
/// M are MT.
std::string canonical_contig(std::string_view contig);

}  // namespace maniple
