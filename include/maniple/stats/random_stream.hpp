/// \file  Random numbers that depend on what they are for, never on who draws them or when.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "maniple/core/contract.hpp"

namespace maniple {

/// What random numbers are for. One list for the whole program, so that no two uses share a stream.
/// The codes are part of every seeded result: add at the end, never renumber.
enum class Purpose : std::uint64_t {
    testing = 0,
    variant_position = 1,
    variant_alleles = 2,
    genealogy = 3,
    mutation = 4,
    pedigree = 5,
    mosaic = 6,
    meiosis = 7,
    genotype_removal_rate = 8,
    genotype_removal = 9,
    poor_sample = 10,
    causal_variant = 11,
    causal_effect = 12,
    covariate = 13,
    covariate_effect = 14,
    trait_noise = 15,
    event_time = 16,
    missing_trait = 17,
    sex = 18,
    site = 19,
    bootstrap = 20,
    heritability_signs = 21,
};

/// One of 2^256 independent streams of random numbers: Philox4x64-10 (Salmon et al. 2011) with key
/// {seed, purpose} and counter {draw, item, part, 0}. Costs nothing to make, so every item (sample,
/// haplotype, variant, ...) has its own, and the numbers are the same on any thread or rank.
class RandomStream {
public:
    /// \param item  which one, e.g. a haplotype's position.
    /// \param part  a second number for items that have two, e.g. a window of the genome.
    RandomStream(std::uint64_t seed, Purpose purpose, std::uint64_t item, std::uint64_t part = 0)
        : key_{seed, static_cast<std::uint64_t>(purpose)}, counter_{0, item, part, 0} {}

    /// 64 random bits.
    std::uint64_t next() {
        if (used_ == words_.size()) refill();
        return words_[used_++];
    }

    /// Uniform in the open interval (0, 1), 2^52 values in the middle of equal steps.
    double uniform() { return (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52; }

    /// Uniform in 0 .. bound - 1, without bias (Lemire 2019).
    /// \pre bound > 0
    std::uint64_t below(std::uint64_t bound);

    /// Standard normal, by Box and Muller (1958): two numbers for two uniforms, the second one
    /// kept.
    double normal();

    /// Exponential with mean 1.
    double exponential();

    /// Failures before the first success; at most 2^62.
    /// \pre 0 < probability <= 1
    std::int64_t geometric(double probability);

private:
    void refill();

    std::array<std::uint64_t, 2> key_;
    std::array<std::uint64_t, 4> counter_;
    std::array<std::uint64_t, 4> words_;
    std::size_t used_ = 4;
    std::optional<double> spare_normal_;
};

}  // namespace maniple
