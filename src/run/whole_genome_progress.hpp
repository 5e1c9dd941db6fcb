/// \file  What an interrupted whole-genome regression leaves. Private to this module.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base_traits.hpp"
#include "level_one.hpp"
#include "maniple/run/kept_state.hpp"
#include "maniple/run/whole_genome.hpp"

namespace maniple {

/// What decides the predictors of a request.
PlanFacts whole_genome_facts(WholeGenomeRequest const& request, Cohort const& cohort,
                             BaseTraits const& traits, std::vector<ChosenBlock> const& chosen);

/// Traits whose level 1 is done, and then predictors.h5, until the run is finished. For rank zero.
/// Every file belongs to one plan, has a checksum, and appears in one step.
class WholeGenomeProgress {
public:
    /// \param folder  of the kept work; made when there is some. \param predictors  predictors.h5.
    /// \param work  how people are told of it.
    /// \throws UserError where work of another plan is there, naming what differs; CorruptInput.
    WholeGenomeProgress(std::filesystem::path folder, std::filesystem::path predictors,
                        PlanFacts facts, KeptWork work);

    /// What became of the traits, where predictors.h5 is there and nothing is left to do.
    std::optional<std::vector<PredictedTrait>> const& finished() const { return finished_; }

    /// Is the trait's level 1 done? \param trait  among those of the plan.
    bool has(std::int64_t trait) const { return file_of_.contains(trait); }
    /// \throws EnvironmentError.
    void keep(std::vector<StackedTrait> const& stacked);
    /// Every trait that is done, in order. \throws CorruptInput, EnvironmentError.
    void each(std::function<void(StackedTrait const&)> const& visit) const;

    /// predictors.h5 is there: what it was made from is no longer needed.
    void finish(std::vector<PredictedTrait> const& predicted);

private:
    void find_finished();
    void find_stacked();
    std::vector<StackedTrait> read(std::filesystem::path const& file) const;

    std::filesystem::path folder_;
    std::filesystem::path predictors_;
    PlanFacts facts_;
    KeptWork work_;
    std::optional<std::vector<PredictedTrait>> finished_;
    std::map<std::int64_t, std::filesystem::path> file_of_;
};

}  // namespace maniple
