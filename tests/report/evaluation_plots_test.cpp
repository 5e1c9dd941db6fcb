#include "../src/report/evaluation_plots.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;

TEST_CASE("quantile_plot: a bin whose outcome is not told is named so", "[report]") {
    EvaluationFile file;
    file.trait = "years:event";
    file.outcome = Outcome::time_to_event;
    file.curves.incidence.push_back({.group = "fifth 1", .status = "suppressed"});
    for (int fifth = 2; fifth <= 5; ++fifth) {
        file.curves.incidence.push_back({.group = "fifth " + std::to_string(fifth),
                                         .times = {10},
                                         .incidence = {0.134},
                                         .lower = {0.1},
                                         .upper = {0.17},
                                         .at_risk = {50}});
    }
    auto const plot = quantile_plot(file);
    REQUIRE(plot);
    CHECK_THAT(plot->figure.caption, Contains("not told in the lowest, 13.4% in the highest"));
    CHECK(plot->data["unit"] == "Observed share with the event");
    CHECK_THAT(plot->figure.caption, Contains("as if nobody died of anything else"));
    auto const curves = incidence_plot(file);
    REQUIRE(curves);
    CHECK_THAT(curves->figure.caption, Contains("as if nobody died of anything else"));
    CHECK_THAT(curves->figure.title, !Contains("incidence"));
}

}  // namespace
}  // namespace maniple
