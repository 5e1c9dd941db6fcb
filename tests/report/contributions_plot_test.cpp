#include "../src/report/contributions_plot.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;

TEST_CASE("contributions_plot: what raises and what lowers has the colours of the script",
          "[report]") {
    auto const raises = contributions_plot("source", "Contributions", {{"rs1", 0.2}});
    CHECK_THAT(raises.figure.svg, Contains("var(--positive)") && !Contains("var(--negative)"));
    auto const lowers = contributions_plot("source", "Contributions", {{"rs1", -0.2}});
    CHECK_THAT(lowers.figure.svg, Contains("var(--negative)") && !Contains("var(--positive)"));
}

}  // namespace
}  // namespace maniple
