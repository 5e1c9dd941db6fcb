#include "maniple/run/progress.hpp"

#include <unistd.h>

#include <algorithm>
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

Progress::Progress(std::string_view what, std::optional<std::int64_t> total, Log& log)
    : what_{what},
      total_{total},
      log_{log},
      terminal_{log.speaker() == Speaker::speaks && ::isatty(STDERR_FILENO) == 1},
      next_{terminal_ ? terminal_interval : log_interval} {}

void Progress::reach(std::int64_t done) {
    done_ = done;
    if (watch_.seconds() < next_) return;
    next_ = watch_.seconds() + (terminal_ ? terminal_interval : log_interval);
    if (terminal_) {
        fmt::print(stderr, "\r\033[K{}", describe(watch_.seconds()));
        std::fflush(stderr);
        drawn_ = true;
    } else {
        log_.note(describe(watch_.seconds()));
    }
}

void Progress::finish() {
    if (!drawn_) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    drawn_ = false;
}

std::string Progress::describe(double seconds) const {
    auto const rate = static_cast<double>(done_) / std::max(seconds, 1e-9);
    if (!total_) {
        return fmt::format("{} {} after {}, {:.0f} a second", done_, what_, duration(seconds),
                           rate);
    }
    auto const left = static_cast<double>(*total_ - done_) / std::max(rate, 1e-9);
    return fmt::format("{} of {} {} ({}%), {:.0f} a second, {} left", done_, *total_, what_,
                       100 * done_ / std::max<std::int64_t>(*total_, 1), rate, duration(left));
}

}  // namespace maniple
