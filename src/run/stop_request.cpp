#include "maniple/run/stop_request.hpp"

#include <csignal>

#include <array>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

constexpr std::array signals{SIGTERM, SIGUSR1, SIGINT};

volatile std::sig_atomic_t is_asked = 0;

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

bool StopRequest::asked() { return is_asked != 0; }

void StopRequest::check() {
    if (asked()) throw_stopped();
}

void StopRequest::throw_stopped() {
    throw Error{ExitCode::stopped,
                "stopped by a signal before the end; give the same command again"};
}

}  // namespace maniple
