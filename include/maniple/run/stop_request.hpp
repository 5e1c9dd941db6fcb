/// \file  Somebody wants the program to end: a signal from a scheduler or a keyboard, or the time
/// that it was given is over.
#pragma once

#include <optional>

#include "maniple/core/log.hpp"
#include "maniple/run/stop_limit.hpp"

namespace maniple {

/// While it lives, SIGTERM, SIGUSR1 (Slurm's warning before a time limit) and SIGINT no longer end
/// the process but are remembered; a second signal of a kind ends it. At most one at a time.
class StopRequest {
public:
    StopRequest();
    ~StopRequest();
    StopRequest(StopRequest const&) = delete;
    StopRequest& operator=(StopRequest const&) = delete;

    /// Has this process been asked to stop, or passed the limit of a StopDeadline? Threads: all.
    static bool asked();
    /// \throws Error with ExitCode::stopped where this process has been asked to stop.
    static void check();
    /// The same on behalf of another rank.
    [[noreturn]] static void throw_stopped();
};

/// While it lives, passing this limit is a request to stop. Within another one that was made
/// before, it takes that one's place; made and destroyed where no other thread looks.
class StopDeadline {
public:
    explicit StopDeadline(std::optional<StopLimit> const& limit);
    ~StopDeadline();
    StopDeadline(StopDeadline const&) = delete;
    StopDeadline& operator=(StopDeadline const&) = delete;

    /// Say when work stops, where there is a limit.
    static void describe(Log& log);

private:
    std::optional<StopLimit> outer_;
};

}  // namespace maniple
