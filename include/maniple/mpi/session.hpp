/// \file  Life of MPI in this process.
#pragma once

#include <string>

#include "maniple/mpi/communicator.hpp"

namespace maniple::mpi {

/// Starts MPI where a launcher (mpirun, srun) started this process, and ends it when destroyed. Where
/// none did, MPI is not touched, so that a plain `maniple` works on machines without working MPI.
/// At most one per process.
class Session {
public:
    /// \throws EnvironmentError when MPI cannot start, or when Slurm started several tasks
    ///         (SLURM_NTASKS over 1 inside a step) of which each believes to be alone.
    Session();
    ~Session();
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    Communicator world() const;

    /// End all ranks at once with `code`; for errors that other ranks cannot know of.
    [[noreturn]] static void abort(int code);

    /// E.g. "Open MPI 4.1.4", "none (one rank)".
    std::string implementation() const;

private:
    bool started_ = false;
};

}  // namespace maniple::mpi
