/// \file  The innermost loops over packed genotypes, one form per instruction set.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

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
    std::string_view name;

    /// ALT counts of `words` * 32 samples as bytes; a missing genotype becomes 0.
    /// `dosages` has room for words * 32.
    void (*decode)(std::uint64_t const* genotypes, std::int64_t words, std::uint8_t* dosages);

    /// Counts over the samples of `mask` (layout of SampleMask), `words` words of both.
    GenotypeCounts (*count)(std::uint64_t const* genotypes, std::uint64_t const* mask,
                            std::int64_t words);
};

/// The fastest form this processor runs, chosen once; MANIPLE_ISA=scalar|avx2|avx512 in the
/// environment asks for another.
/// \throws UserError when that names no form, or one this processor cannot run.
Kernels const& kernels();

/// Every form that this processor runs, slowest first.
std::span<Kernels const* const> runnable_kernels();

}  // namespace maniple
