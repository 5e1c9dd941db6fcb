/// \file  --stop-before: when a command shall stop by itself, to be gone on with later.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "maniple/mpi/communicator.hpp"
#include "maniple/mpi/launcher.hpp"

namespace maniple {

/// How long people say something takes: 110m, 23h30m, 1d12h, 90s; or as Slurm writes it: minutes,
/// minutes:seconds, hours:minutes:seconds, days-hours[:minutes[:seconds]]. Nothing where it is
/// none, or longer than a thousand days.
std::optional<std::chrono::seconds> parse_duration(std::string const& text);

/// When to stop.
struct StopLimit {
    std::chrono::steady_clock::time_point at;  ///< By the clock of this process.
    std::string origin;                        ///< "--stop-before 110m".
};

/// How long from now a command may work.
struct StopAfter {
    std::chrono::duration<double> time;
    std::string origin;
};

/// What `asked` says: a duration; `slurm` or `slurm-DURATION`, that long (two minutes) before the
/// end of the Slurm job; `never`. Empty: two minutes before that end where Slurm tells it
/// (SLURM_JOB_END_TIME, of newer versions or of the job script), half of what is left where that is
/// less than four. Nothing: there is no limit.
/// \throws UserError where it cannot be read, is over, or Slurm does not tell the end.
std::optional<StopAfter> choose_stop(std::string const& asked, mpi::Environment const& environment,
                                     std::chrono::system_clock::time_point now);

/// The same, decided by rank zero for all. Collective over comm. \throws as choose_stop.
std::optional<StopLimit> agree_on_stop(std::string const& asked, mpi::Communicator const& comm);

}  // namespace maniple
