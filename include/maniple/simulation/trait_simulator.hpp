/// \file  Traits of a simulated cohort, with the effects that made them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/variant.hpp"
#include "maniple/simulation/pedigree.hpp"
#include "maniple/simulation/simulation_plan.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// What one variant truly does to one trait.
struct CausalEffect {
    TraitIndex trait{0};
    GlobalVariantIndex index{0};  ///< In the order of simulation.
    std::string contig;
    Variant variant;
    double effect = 0;  ///< Per ALT allele, in the units of the trait's genetic value.
};

/// Everything about the traits of a cohort.
struct SimulatedTraits {
    std::vector<std::string> traits;                  ///< Names; for an event its time's column.
    Table table;                                      ///< Named `simulated`.
    std::vector<CausalEffect> effects;                ///< In the order of variants, then traits.
    std::vector<std::vector<double>> genetic_values;  ///< trait x sample, mean 0.
};

/// Adds up genetic values while genotypes pass by, then makes the table.
///
/// Genetic value G: causal variants at random, effects normal with variance proportional to
/// [2f(1-f)]^-0.38 (Schoech et al. 2019), scaled so that the sample variance of G over the cohort
/// is exactly the heritability (0 where no causal variant varies). Then, with C the effects of
/// covariates, sex, site and ancestry:
/// - quantitative: G + C + E, E normal with variance 1 - heritability. The unit is the SD of G + E.
/// - binary: the same sum is a liability; the highest 10% to 30% are cases, exactly. G is in its
/// unit.
/// - event: exponential hazard proportional to exp(G + C), about 30% observed, others censored
///   between 5 and 15 years. G is a log hazard ratio.
/// Missing genotypes do not hide the truth: effects act on the true ones.
class TraitSimulator {
public:
    /// \pre   genotype_plan is valid
    /// \throws UserError when the trait plan is not valid.
    TraitSimulator(TraitPlan const& plan, GenotypePlan const& genotype_plan);

    /// Draw the effects of the causal variants among these. Call in variant order.
    /// \param first  index of the first one.
    /// \param alternate_frequencies  expected, per variant; inside (0, 1).
    /// \pre   variants.size() == alternate_frequencies.size()
    void enter_window(std::string const& contig, GlobalVariantIndex first,
                      std::span<Variant const> variants,
                      std::span<double const> alternate_frequencies);

    /// Add the entered window's effects to the genetic values of some samples.
    /// \param genotypes  of the whole window, none missing.
    /// \pre   samples lie in the cohort
    /// Threads: safe on disjoint ranges. How they divide the samples does not change a bit.
    void add_effects(PackedView genotypes, Range<SampleIndex> samples);

    /// Scale effects and make the table. Once, after the last window.
    SimulatedTraits finish(Pedigree const& pedigree);

private:
    struct WindowEffect {
        TraitIndex trait;
        LocalVariantIndex variant;
        double effect;
        double center;  // Expected ALT alleles: keeps the sums small.
    };

    TraitPlan plan_;
    GenotypePlan genotype_plan_;
    std::vector<std::vector<GlobalVariantIndex>> causal_;  // Per trait, sorted.
    std::vector<std::size_t> next_causal_;                 // Per trait.
    std::vector<WindowEffect> window_effects_;             // By trait, then variant.
    std::vector<CausalEffect> effects_;
    std::vector<std::vector<double>> genetic_values_;
};

}  // namespace maniple
