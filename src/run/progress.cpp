#include "maniple/run/progress.hpp"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

namespace maniple {
namespace {

constexpr double terminal_interval = 0.2;
constexpr double log_interval = 60;

std::string duration(double seconds) {
    auto const whole = static_cast<std::int64_t>(seconds + 0.5);
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

Progress::Progress(std::string_view what, std::int64_t total, Log& log)
    : what_{what},
      total_{total},
      log_{log},
      terminal_{log.speaker() == Speaker::speaks && ::isatty(STDERR_FILENO) == 1},
      next_{terminal_ ? terminal_interval : log_interval} {}

void Progress::advance(std::int64_t count) {
    done_ += count;
    if (watch_.seconds() < next_) return;
    next_ = watch_.seconds() + (terminal_ ? terminal_interval : log_interval);
    if (terminal_) {
        fmt::print(stderr, "\r\033[K{}", describe());
        std::fflush(stderr);
    } else {
        log_.note(describe());
    }
}

void Progress::finish() {
    if (terminal_) fmt::print(stderr, "\r\033[K");
}

std::string Progress::describe() const {
    auto const seconds = watch_.seconds();
    auto const rate = static_cast<double>(done_) / seconds;
    return fmt::format("{} of {} {} ({}%), {:.0f} a second, {} left", done_, total_, what_,
                       100 * done_ / total_, rate,
                       duration(static_cast<double>(total_ - done_) / rate));
}

}  // namespace maniple
