/// \file  Linkage disequilibrium: how far one variant's genotypes tell another one's.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_mask.hpp"

namespace maniple {

/// Samples by the genotypes that they have at two variants, ALT alleles of the first and of the
/// second; those who lack either are not counted.
struct JointGenotypes {
    std::array<std::array<std::int64_t, 3>, 3> samples{};

    friend bool operator==(JointGenotypes const&, JointGenotypes const&) = default;
};

/// The squared correlation of ALT alleles among the samples that have both genotypes (pairwise
/// complete). Sums are exact integers. NaN where either variant does not vary among them.
/// \pre fewer than 2^29 samples
double r_squared(JointGenotypes const& counts);

/// One variant to which others are compared.
class LinkageLead {
public:
    /// \param genotypes  of one variant, a row of PackedView. \pre as many words as `samples` take
    LinkageLead(std::span<std::uint64_t const> genotypes, std::int64_t samples);

    /// \param genotypes  of another variant, the same samples. \pre as many words
    JointGenotypes count(std::span<std::uint64_t const> genotypes) const;

private:
    std::array<SampleMask, 3> with_;  // By their genotype.
};

}  // namespace maniple
