#include "maniple/run/progress.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("Progress: tells share, rate and what is left", "[run]") {
    Log log{Speaker::silent};
    Progress progress{"variants", 4000, log};
    progress.advance(600);
    progress.advance(400);
    CHECK(progress.describe(10) == "1000 of 4000 variants (25%), 100 a second, 30 s left");
    CHECK(progress.describe(1000) == "1000 of 4000 variants (25%), 1 a second, 50 min 0 s left");
}

TEST_CASE("Progress: an unknown total has no share and no end", "[run]") {
    Log log{Speaker::silent};
    Progress progress{"variants", std::nullopt, log};
    progress.advance(1000);
    CHECK(progress.describe(100) == "1000 variants after 1 min 40 s, 10 a second");
}

TEST_CASE("Progress: nothing done, nothing to do", "[run]") {
    Log log{Speaker::silent};
    CHECK(Progress{"variants", 0, log}.describe(0) == "0 of 0 variants (0%), 0 a second, 0 s left");
}

}  // namespace
}  // namespace maniple
