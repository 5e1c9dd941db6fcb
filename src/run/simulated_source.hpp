/// \file  A simulation as a genotype source; private to run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "maniple/simulation/genotype_simulator.hpp"
#include "maniple/simulation/trait_simulator.hpp"
#include "maniple/store/plink_writer.hpp"
#include "maniple/store/variant_block.hpp"

namespace maniple {

/// Simulates genotypes when they are asked for, and traits along with them. What it yields depends
/// on the plans alone: not on the threads, nor on the sizes of the blocks.
class SimulatedSource : public GenotypeSource {
public:
    /// \pre    threads > 0
    /// \throws UserError when a plan is not valid.
    SimulatedSource(GenotypePlan const& genotypes, TraitPlan const& traits, int threads);

    /// Also write every variant to `writer`, which outlives the source. Before the first `next`.
    void write_to(PlinkWriter& writer) { writer_ = &writer; }

    std::string name() const override { return "simulation"; }
    std::int64_t families() const { return simulator_.pedigree().families(); }
    Samples const& samples() const override { return simulator_.pedigree().samples(); }
    std::optional<std::int64_t> variants() const override { return variants_; }

    /// Threads: called outside of a parallel region it makes its own threads; inside one, the team
    /// shares the work as tasks.
    std::optional<VariantBlock> next(std::int64_t max_variants) override;

    /// Once, after the end.
    SimulatedTraits finish() { return traits_.finish(simulator_.pedigree()); }

private:
    bool simulate_window();

    GenotypeSimulator simulator_;
    TraitSimulator traits_;
    std::int64_t variants_;
    int threads_;
    PlinkWriter* writer_ = nullptr;
    std::optional<VariantBlock> window_;
    std::int64_t given_ = 0;  // Variants of the window that were handed out.
};

}  // namespace maniple
