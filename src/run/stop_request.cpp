#include "maniple/run/stop_request.hpp"

#include <csignal>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"

namespace maniple {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array signals{SIGTERM, SIGUSR1, SIGINT};

volatile std::sig_atomic_t is_asked = 0;

std::optional<StopLimit>& deadline() {
    static std::optional<StopLimit> limit;
    return limit;
}

bool is_over(Clock::duration tolerance = {}) {
    auto const& limit = deadline();
    return limit && Clock::now() + tolerance >= limit->at;
}

void remember(int /*signal*/) { is_asked = 1; }

}  // namespace

StopRequest::StopRequest() {
    is_asked = 0;
    struct sigaction action {};
    action.sa_handler = remember;
    action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    for (int signal : signals) ::sigaction(signal, &action, nullptr);
}

StopRequest::~StopRequest() {
    for (int signal : signals) std::signal(signal, SIG_DFL);
}

bool StopRequest::asked() { return is_asked != 0 || is_over(); }

void StopRequest::check() {
    if (asked()) throw_stopped();
}

void StopRequest::throw_stopped() {
    // Another rank may have seen the end of the time a little earlier.
    constexpr std::chrono::seconds between_ranks{5};
    if (is_asked == 0 && is_over(between_ranks)) {
        throw Error{ExitCode::stopped,
                    fmt::format("stopped before the end, as the time is over ({}); give the same "
                                "command again",
                                deadline()->origin)};
    }
    throw Error{ExitCode::stopped,
                "stopped by a signal before the end; give the same command again"};
}

StopDeadline::StopDeadline(std::optional<StopLimit> const& limit)
    : outer_{std::exchange(deadline(), limit)} {}

StopDeadline::~StopDeadline() { deadline() = std::move(outer_); }

void StopDeadline::describe(Log& log) {
    auto const& limit = deadline();
    if (!limit) return;
    std::chrono::duration<double> const left = limit->at - Clock::now();
    log.note(
        fmt::format("it stops after {} where it is not done by then ({}); the same command goes on",
                    readable_seconds(std::max(left.count(), 0.0)), limit->origin));
}

}  // namespace maniple
