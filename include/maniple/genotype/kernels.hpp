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

/// One row's loops. Every form computes the same integers. Pure and re-entrant.
struct Kernels {
    /// ALT counts of `words` * 32 samples as bytes; a missing genotype becomes 0.
    /// `dosages` has room for words * 32.
    void (*decode)(std::uint64_t const* genotypes, std::int64_t words, std::uint8_t* dosages);

    /// Counts over the samples of `mask` (layout of SampleMask), `words` words of both.
    GenotypeCounts (*count)(std::uint64_t const* genotypes, std::uint64_t const* mask,
                            std::int64_t words);
};

/// The form for one instruction set. \pre this processor runs it
Kernels const& kernels(InstructionSet set);

/// The form for `instruction_set()`. \throws as that.
Kernels const& kernels();

}  // namespace maniple
