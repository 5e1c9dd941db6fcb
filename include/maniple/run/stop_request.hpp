/// \file  Somebody wants the program to end: a signal from a scheduler or a keyboard.
#pragma once

#include "maniple/mpi/communicator.hpp"

namespace maniple {

/// While it lives, SIGTERM, SIGUSR1 (Slurm's warning before a time limit) and SIGINT no longer end
/// the process but are remembered; a second signal of a kind ends it. At most one at a time.
class StopRequest {
public:
    StopRequest();
    ~StopRequest();
    StopRequest(StopRequest const&) = delete;
    StopRequest& operator=(StopRequest const&) = delete;

    /// Has this process been asked to stop?
    static bool asked();
    /// Has any rank been asked to stop? Collective over comm.
    static bool on_any_rank(mpi::Communicator const& comm);
    /// \throws Error with ExitCode::stopped.
    [[noreturn]] static void stop();
};

}  // namespace maniple
