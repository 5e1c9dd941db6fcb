/// \file  The innermost loops over packed genotypes, one form per instruction set.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

/// How many samples of a mask have each genotype.
struct GenotypeCounts {
    std::int64_t reference = 0;  ///< Homozygous REF.
    std::int64_t heterozygous = 0;
    std::int64_t alternate = 0;  ///< Homozygous ALT.
    std::int64_t missing = 0;

    std::int64_t called() const { return reference + heterozygous + alternate; }
    std::int64_t alternate_alleles() const { return heterozygous + 2 * alternate; }
    friend bool operator==(GenotypeCounts, GenotypeCounts) = default;
};

/// One row's loops. Every form computes the same integers. Pure and re-entrant. Rows are those of
/// PackedView: whole cache lines, their padding zero.
struct Kernels {
    /// Counts over the samples of `mask` (layout of SampleMask), `words` words of both.
    GenotypeCounts (*count)(std::uint64_t const* genotypes, std::uint64_t const* mask,
                            std::int64_t words);

    /// Counts over all of the row's `samples`, a third cheaper than with a mask.
    GenotypeCounts (*count_all)(std::uint64_t const* genotypes, std::int64_t words,
                                std::int64_t samples);

    /// Sum over samples of genotype * remainder; a missing genotype counts 0.
    std::int64_t (*sum_remainders)(std::uint64_t const* genotypes, std::int16_t const* remainders,
                                   std::int64_t samples);
};

/// The form for one instruction set. \pre this processor runs it
Kernels const& kernels(InstructionSet set);

/// The form for `instruction_set()`. \throws as that.
Kernels const& kernels();

}  // namespace maniple
