/// \file  Life of MPI in this process.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "maniple/mpi/communicator.hpp"

namespace maniple::mpi {

/// What a session does where a launcher started several processes, each of which believes to be
/// alone: only a command that explains this goes on.
enum class LoneTasks { refuse, allow };

/// Starts MPI where a launcher (mpirun, srun) started this process, and ends it when destroyed.
/// Where none did, MPI is not touched, so that a plain `maniple` works on machines without working
/// MPI. At most one per process.
class Session {
public:
    /// \throws EnvironmentError when MPI cannot start, or at lone tasks that are refused.
    explicit Session(LoneTasks tasks = LoneTasks::refuse);
    ~Session();
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    Communicator world() const;

    /// Tell each other how it went, the last thing that ranks do together: on the root every rank's
    /// words in rank order, elsewhere nothing but this rank's own. Does not disturb collectives
    /// that another rank is still in, and waits without using the CPU.
    ///
    /// \param patience  how long to wait for the others; without one, for ever.
    /// \return nothing when a rank did not come in time: it is stuck, and `abort` is what remains.
    std::optional<std::vector<Bytes>> conclude(
        Bytes words, std::optional<std::chrono::milliseconds> patience) const;

    /// End all ranks at once with `code`; for errors that other ranks cannot know of.
    [[noreturn]] static void abort(int code);

    /// E.g. "Open MPI 4.1.4", "none (one rank)".
    static std::string implementation();
    /// The same of the library that this program was linked with, whether MPI runs or not.
    static std::string linked_implementation();

private:
    bool started_ = false;
};

}  // namespace maniple::mpi
