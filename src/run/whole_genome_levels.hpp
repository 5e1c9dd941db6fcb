/// \file  Both levels of a whole-genome regression, whatever is made of them. Private to this
/// module.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base_traits.hpp"
#include "maniple/core/log.hpp"
#include "maniple/model/block_ridge.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/genome_blocks.hpp"
#include "maniple/run/kept_state.hpp"
#include "maniple/run/whole_genome.hpp"
#include "scratch_file.hpp"
#include "whole_genome_progress.hpp"

namespace maniple {

/// What all traits of a request have in common, and what is known of each without its values.
struct WholeGenomeFrame {
    WholeGenomeRequest const& request;
    Cohort const& cohort;
    std::vector<std::string> names;
    std::vector<double> scales;
    std::vector<TraitCounts> counts;
    std::vector<Outcome> outcomes;
    mpi::Communicator comm;
    Log& log;
};

/// LevelZeroSettings::tolerance. Smaller for scores, whose weights are handed on;
/// products with the samples that are lacked allow no less.
inline double tolerance_of(GenomeUse use) {
    return use == GenomeUse::scores ? 1e-7 : LevelZeroSettings{}.tolerance;
}

/// Of the files of one run, whatever its ranks. \param facts  of its plan, the same on all ranks.
/// \param result  where what it makes will be.
ScratchOwner scratch_owner(WholeGenomeFrame const& frame, PlanFacts const& facts,
                           std::filesystem::path const& result);

/// Fit the traits that the progress does not have, and keep each in it. For scores, coefficients
/// are then those of predictors as they were before they were standardised, and `traits` stays as
/// it is; else it may be used up.
/// \param chosen, blocks  variants, and what filters left of them. \param progress  the root's.
/// Collective over frame.comm. \throws as fit_whole_genome.
void fit_levels(WholeGenomeFrame const& frame, BaseTraits& traits,
                std::vector<ChosenBlock> const& chosen, GenomeBlocks& blocks,
                std::optional<WholeGenomeProgress>& progress, ScratchOwner const& owner);

}  // namespace maniple
