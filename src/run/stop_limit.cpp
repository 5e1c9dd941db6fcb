#include "maniple/run/stop_limit.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <regex>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/run/agreement.hpp"

namespace maniple {
namespace {

using std::chrono::seconds;
using Seconds = std::chrono::duration<double>;

constexpr seconds usual_margin{120};
constexpr char const* end_time_name = "SLURM_JOB_END_TIME";

// At most nine digits, so that no product is too large.
std::int64_t number_of(std::ssub_match const& digits) {
    std::int64_t value = 0;
    if (digits.matched) {
        auto const text = digits.str();
        std::from_chars(text.data(), text.data() + text.size(), value);
    }
    return value;
}

[[noreturn]] void refuse(std::string const& asked, std::string const& why_and_what) {
    throw UserError{fmt::format("option --stop-before = '{}' {}", asked, why_and_what)};
}

// Seconds until the end of the Slurm job; nothing where nobody says, or it never ends.
std::optional<Seconds> left_of_job(mpi::Environment const& environment,
                                   std::chrono::system_clock::time_point now) {
    constexpr std::int64_t no_end = 5LL * 366 * 86'400;
    auto const text = environment(end_time_name).value_or("");
    std::int64_t end = 0;
    auto const [rest, error] = std::from_chars(text.data(), text.data() + text.size(), end);
    if (text.empty() || error != std::errc{} || rest != text.data() + text.size()) return {};
    auto const left = seconds{end} - Seconds{now.time_since_epoch()};
    if (left.count() > static_cast<double>(no_end)) return {};
    return left;
}

std::optional<StopAfter> stop_by_default(mpi::Environment const& environment,
                                         std::chrono::system_clock::time_point now) {
    auto const left = left_of_job(environment, now);
    if (!left || left->count() <= 0) return {};
    return StopAfter{std::max(*left - usual_margin, *left / 2),
                     "before the end of the Slurm job; see --stop-before"};
}

// \param before  the end; nothing where it cannot be read.
StopAfter stop_before_slurm(std::string const& asked, std::optional<seconds> before,
                            mpi::Environment const& environment,
                            std::chrono::system_clock::time_point now) {
    if (!before) refuse(asked, "(must be slurm, or such as slurm-5m); correct the value");
    auto const left = left_of_job(environment, now);
    if (!left) {
        refuse(asked, fmt::format("(Slurm does not say when the job ends: no {}); give a duration "
                                  "such as 110m, or have the job script set it as "
                                  "slurm/maniple.sbatch does",
                                  end_time_name));
    }
    auto const time = *left - *before;
    if (time.count() <= 0) {
        refuse(asked, fmt::format("(the job ends in {}: nothing could be done before); ask Slurm "
                                  "for more time, or stop closer to its end",
                                  readable_seconds(std::max(left->count(), 0.0))));
    }
    return {time, fmt::format("--stop-before {}", asked)};
}

}  // namespace

std::optional<seconds> parse_duration(std::string const& text) {
    static std::regex const with_units{
        R"((?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?)"};
    static std::regex const with_days{R"((\d{1,9})-(\d{1,9})(?::(\d{1,9})(?::(\d{1,9}))?)?)"};
    static std::regex const with_hours{R"(()(\d{1,9}):(\d{1,9}):(\d{1,9}))"};
    static std::regex const of_minutes{R"(()()(\d{1,9})(?::(\d{1,9}))?)"};
    constexpr std::int64_t day = 86'400;
    constexpr std::int64_t most = 1000 * day;
    if (text.empty()) return {};
    for (auto const* form : {&with_units, &with_days, &with_hours, &of_minutes}) {
        std::smatch part;
        if (!std::regex_match(text, part, *form)) continue;
        auto const all = number_of(part[1]) * day + number_of(part[2]) * 3600 +
                         number_of(part[3]) * 60 + number_of(part[4]);
        if (all > most) return {};
        return seconds{all};
    }
    return {};
}

std::optional<StopAfter> choose_stop(std::string const& asked, mpi::Environment const& environment,
                                     std::chrono::system_clock::time_point now) {
    constexpr std::string_view slurm = "slurm";
    if (asked.empty()) return stop_by_default(environment, now);
    if (asked == "never") return {};
    if (asked == slurm) return stop_before_slurm(asked, usual_margin, environment, now);
    if (asked.starts_with("slurm-")) {
        return stop_before_slurm(asked, parse_duration(asked.substr(slurm.size() + 1)), environment,
                                 now);
    }
    auto const time = parse_duration(asked);
    if (!time) {
        refuse(asked,
               "(must be a duration such as 110m, 23h30m, 1:50:00 or 2-00:00:00; slurm or "
               "slurm-5m; or never); correct the value");
    }
    if (time->count() == 0) {
        refuse(asked, "(the time is over before anything is done); give more");
    }
    return StopAfter{*time, fmt::format("--stop-before {}", asked)};
}

std::optional<StopLimit> agree_on_stop(std::string const& asked, mpi::Communicator const& comm) {
    std::optional<StopAfter> chosen;
    together(comm, [&] {
        if (!comm.is_root()) return;
        chosen = choose_stop(asked, mpi::process_environment, std::chrono::system_clock::now());
    });
    mpi::Bytes message;
    if (chosen) {
        auto const time = chosen->time.count();
        auto const number = std::as_bytes(std::span{&time, 1});
        auto const text = std::as_bytes(std::span{chosen->origin});
        message.assign(number.begin(), number.end());
        message.insert(message.end(), text.begin(), text.end());
    }
    message = comm.broadcast(std::move(message));
    double time = 0;
    if (message.size() < sizeof time) return {};
    std::memcpy(&time, message.data(), sizeof time);
    return StopLimit{
        std::chrono::steady_clock::now() +
            std::chrono::duration_cast<std::chrono::steady_clock::duration>(Seconds{time}),
        {reinterpret_cast<char const*>(message.data()) + sizeof time,
         message.size() - sizeof time}};
}

}  // namespace maniple
