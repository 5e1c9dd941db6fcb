#include "maniple/run/stop_limit.hpp"

#include <chrono>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple {
namespace {

using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

std::chrono::system_clock::time_point const now{seconds{1'700'000'000}};

mpi::Environment job_that_ends(std::int64_t after) {
    return [=](char const* name) -> std::optional<std::string> {
        if (std::string{name} != "SLURM_JOB_END_TIME") return {};
        return std::to_string(1'700'000'000 + after);
    };
}

std::optional<std::string> nothing(char const* /*name*/) { return {}; }

double seconds_of(std::string const& asked, mpi::Environment const& environment) {
    auto const stop = choose_stop(asked, environment, now);
    REQUIRE(stop);
    return stop->time.count();
}

TEST_CASE("parse_duration: units, and what Slurm writes") {
    std::map<std::string, std::int64_t> const known{
        {"90s", 90},
        {"110m", 6600},
        {"23h30m", 84'600},
        {"1d12h", 129'600},
        {"1d2h3m4s", 93'784},
        {"0s", 0},
        {"15", 900},
        {"15:30", 930},
        {"01:50:00", 6600},
        {"2-00", 172'800},
        {"2-00:00", 172'800},
        {"2-00:00:00", 172'800},
        {"1-02:03:04", 93'784},
        {"1000d", 86'400'000},
        {"100:00:00", 360'000},
    };
    for (auto const& [text, expected] : known) {
        INFO(text);
        auto const duration = parse_duration(text);
        REQUIRE(duration);
        CHECK(duration->count() == expected);
    }
}

TEST_CASE("parse_duration: what is no duration") {
    for (auto const* text :
         {"", "m", "1x", "-5m", "5m-", "1.5h", "30m1h", "1:2:3:4", "1-", "-1", "1-2:3:4:5", " 5m",
          "1001d", "9999999999s", "999999999d", "5 m", "slurm"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("choose_stop: durations need no Slurm, and none is refused") {
    CHECK(seconds_of("110m", nothing) == 6600);
    CHECK(seconds_of("110m", job_that_ends(60)) == 6600);
    CHECK_FALSE(choose_stop("never", job_that_ends(600), now));
    CHECK_THROWS_AS(choose_stop("0", nothing, now), UserError);
    CHECK_THROWS_AS(choose_stop("soon", nothing, now), UserError);
    CHECK_THROWS_AS(choose_stop("-5m", nothing, now), UserError);
}

TEST_CASE("choose_stop: before the end of a Slurm job") {
    CHECK(seconds_of("slurm", job_that_ends(3600)) == 3480);
    CHECK(seconds_of("slurm-5m", job_that_ends(3600)) == 3300);
    CHECK(seconds_of("slurm-0s", job_that_ends(3600)) == 3600);
    CHECK_THROWS_AS(choose_stop("slurm-5m", job_that_ends(300), now), UserError);
    CHECK_THROWS_AS(choose_stop("slurm", job_that_ends(-10), now), UserError);
    CHECK_THROWS_AS(choose_stop("slurm", nothing, now), UserError);
    CHECK_THROWS_AS(choose_stop("slurm-", job_that_ends(3600), now), UserError);
    CHECK_THROWS_AS(choose_stop("slurm-x", job_that_ends(3600), now), UserError);
    CHECK_THROWS_AS(choose_stop("slurm5m", job_that_ends(3600), now), UserError);
}

TEST_CASE("choose_stop: by default before the end of a Slurm job, where it is known") {
    CHECK(seconds_of("", job_that_ends(3600)) == 3480);
    CHECK(seconds_of("", job_that_ends(240)) == 120);
    CHECK(seconds_of("", job_that_ends(60)) == 30);
    CHECK_FALSE(choose_stop("", job_that_ends(0), now));
    CHECK_FALSE(choose_stop("", job_that_ends(-100), now));
    CHECK_FALSE(choose_stop("", nothing, now));
    auto const odd = [](char const*) { return std::optional<std::string>{"Unknown"}; };
    CHECK_FALSE(choose_stop("", odd, now));
    CHECK_THROWS_AS(choose_stop("slurm", odd, now), UserError);
    // A job without an end.
    CHECK_FALSE(choose_stop("", job_that_ends(4'000'000'000), now));
}

TEST_CASE("StopDeadline: asks to stop once it is over, and while it lives") {
    CHECK_FALSE(StopRequest::asked());
    {
        StopDeadline const far{StopLimit{Clock::now() + seconds{1000}, "--stop-before 1000s"}};
        CHECK_FALSE(StopRequest::asked());
        {
            StopDeadline const over{StopLimit{Clock::now() - seconds{1}, "--stop-before 1s"}};
            CHECK(StopRequest::asked());
            CHECK_THROWS_WITH(StopRequest::check(), Catch::Contains("--stop-before 1s") &&
                                                        Catch::Contains("same command again"));
            StopDeadline const none{std::nullopt};
            CHECK_FALSE(StopRequest::asked());
        }
        CHECK_FALSE(StopRequest::asked());
        CHECK_THROWS_WITH(StopRequest::throw_stopped(), Catch::Contains("by a signal"));
    }
    CHECK_FALSE(StopRequest::asked());
}

}  // namespace
}  // namespace maniple
