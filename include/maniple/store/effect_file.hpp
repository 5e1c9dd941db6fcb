/// \file  models/<name>.h5: true effects of a simulated cohort.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/variant.hpp"

namespace maniple {

/// Effect of one variant on one trait.
struct AlleleEffect {
    TraitIndex trait{0};
    std::string contig;
    Variant variant;
    double effect = 0;  ///< Per ALT allele, in the trait's units.
};

/// Effects, and what they add up to in each sample of a cohort.
struct EffectTable {
    std::uint64_t fingerprint = 0;  ///< Of the cohort's samples.
    std::vector<std::string> traits;
    std::vector<AlleleEffect> effects;
    std::vector<std::vector<double>> genetic_values;  ///< trait x sample.
};

/// Write `path` in one step; its folder exists. Datasets: `trait_id`, `contig_id` and, one row per
/// effect, `effect_trait` and `variant_contig` (positions in these), `variant_position`,
/// `variant_id`, `variant_allele` (REF, ALT), `effect`; then `genetic_value`, traits x samples, as
/// one dimension. Equal tables give equal bytes. \pre    every genetic value has the same number of
/// samples; one per trait \throws EnvironmentError.
void write_effects(std::filesystem::path const& path, EffectTable const& table);

/// \throws EnvironmentError where it cannot be opened; CorruptInput where it is no such file.
EffectTable read_effects(std::filesystem::path const& path);

}  // namespace maniple
