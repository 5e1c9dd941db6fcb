#include "../src/report/evaluation_plots.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;

// Observed and predicted outcome in one tenth or fifth of two.
void add_bin(EvaluationFile& file, RowKind kind, std::string const& part, double observed,
             double predicted) {
    constexpr double half_width = 2;
    file.rows.push_back({.kind = kind,
                         .metric = "observed",
                         .part = part,
                         .estimate = observed,
                         .lower = observed - half_width,
                         .upper = observed + half_width});
    file.rows.push_back({.kind = kind, .metric = "predicted", .part = part, .estimate = predicted});
}

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

TEST_CASE("plots of heights: the script's axes are those of the picture, about the heights alone",
          "[report]") {
    EvaluationFile file;
    file.trait = "height";
    file.outcome = Outcome::quantitative;
    for (auto kind : {RowKind::calibration, RowKind::outcome}) {
        add_bin(file, kind, "tenth 1", 163, 165);
        add_bin(file, kind, "tenth 10", 177, 174);
    }
    file.curves.histogram = PeopleHistogram{.scale = HistogramScale::predicted_value,
                                            .step = 2,
                                            .bounds = {160, 178},
                                            .counts = {9, 80, 11}};
    auto const calibration = calibration_plot(file);
    REQUIRE(calibration);
    auto const& across = calibration->data["ranges"][0];  // Cells reach from 158 to 180.
    auto const& up = calibration->data["ranges"][1];      // Intervals from 161 to 179.
    CHECK((across[0] <= 158 && across[0] >= 150 && across[1] >= 180 && across[1] <= 190));
    CHECK((up[0] <= 161 && up[0] >= 150 && up[1] >= 179 && up[1] <= 190));
    auto const quantiles = quantile_plot(file);
    REQUIRE(quantiles);
    CHECK(quantiles->data["range"] == up);
}

TEST_CASE("calibration_plot: the axis of risks begins at 0 and holds every cell of people",
          "[report]") {
    EvaluationFile file;
    file.trait = "years:event";
    file.outcome = Outcome::time_to_event;
    file.rows.push_back({.kind = RowKind::calibration,
                         .metric = "observed",
                         .part = "tenth 10",
                         .estimate = 0.05,
                         .lower = 0.03,
                         .upper = 0.07});
    file.rows.push_back({.kind = RowKind::calibration,
                         .metric = "predicted",
                         .part = "tenth 10",
                         .estimate = 0.06});
    file.curves.histogram = PeopleHistogram{.scale = HistogramScale::predicted_risk,
                                            .step = 0.1,
                                            .bounds = {0.1, 0.2, 0.3},
                                            .counts = {90, 20, 10, 5}};
    auto const plot = calibration_plot(file);
    REQUIRE(plot);
    auto const& ranges = plot->data["ranges"];
    CHECK((ranges[0][0] == 0 && ranges[1][0] == 0));
    CHECK(ranges[0][1] >= plot->data["histogram"]["edges"].back());
}

}  // namespace
}  // namespace maniple
