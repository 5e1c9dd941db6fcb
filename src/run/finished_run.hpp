/// \file  Commands given again when their run is finished. Private to run.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/kept_state.hpp"

namespace maniple {

/// What would be made in a run's folder.
struct IntendedRun {
    std::filesystem::path folder;      ///< Empty: nowhere.
    std::function<PlanFacts()> facts;  ///< That decide it. Called on the root, where it is needed.
};

/// A file of a run: its name there, and where its bytes are until it has it.
struct MadeFile {
    std::string name;
    std::filesystem::path bytes;
};

/// Keep what decided the numbers of a run that is about to be finished, as it was when its plan was
/// made, and checksums of its files. Its owner alone reads it: checksums of those who take part
/// would tell who is left out where they are few. \throws EnvironmentError.
void keep_plan(std::filesystem::path const& run, PlanFacts const& facts,
               std::vector<MadeFile> const& files);

/// What `keep_plan` kept; nothing where there is nothing that can be read.
std::optional<KeptState> find_plan(std::filesystem::path const& run);

/// Whether the folder holds that very run, finished and undamaged; it is told then. So a job ends
/// well that was killed behind its last file and is queued again. What decides its numbers is
/// compared as for runs that are taken up, and every file with its checksum. Nothing is written.
///
/// Collective; false where there is no finished run, or one whose plan is not known.
/// \throws UserError naming what differs or which file is missing; CorruptInput where one is
/// damaged; EnvironmentError.
bool is_finished(IntendedRun const& intended, mpi::Communicator const& comm, Log& log);

}  // namespace maniple
