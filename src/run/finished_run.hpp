/// \file  Commands given again when their run is finished. Private to run.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/scan_report.hpp"
#include "maniple/run/shard.hpp"

namespace maniple {

/// What would be made in a run's folder.
struct IntendedRun {
    std::filesystem::path folder;
    std::function<RunSubject()> subject;  ///< Called on the root, where a run is finished.
    std::vector<std::string> files;       ///< That a finished one has there.
    std::optional<Shard> shard = {};      ///< Of a scan.
    FolderGuests guests = {};
};

/// Whether the folder holds that very run, finished; it is told then. So a job ends well that was
/// killed behind its last file and is queued again. Compared with run.json, or shard.done: program,
/// plan, and checksums of inputs; not where the store is.
///
/// Collective; false where there is no finished run, or one that does not say of what it is.
/// \throws UserError naming what differs or which file is missing; CorruptInput where the record is
/// damaged; EnvironmentError.
bool is_finished(IntendedRun const& intended, mpi::Communicator const& comm, Log& log);

}  // namespace maniple
