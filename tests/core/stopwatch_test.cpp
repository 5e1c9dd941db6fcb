#include "maniple/core/stopwatch.hpp"

#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("Stopwatch: counts seconds, forwards", "[core]") {
    Stopwatch const watch;
    auto const early = watch.seconds();
    CHECK(early >= 0);
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    auto const late = watch.seconds();
    CHECK(late - early >= 0.02);
    CHECK(late - early < 60);  // a unit other than seconds would be further off
}

}  // namespace
}  // namespace maniple
