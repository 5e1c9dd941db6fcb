#include "../src/report/evaluation_plots.hpp"

#include <cmath>
#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

EvaluationRow bin_row(RowKind kind, std::string metric, std::string part, double estimate) {
    EvaluationRow row;
    row.kind = kind;
    row.metric = std::move(metric);
    row.part = std::move(part);
    row.estimate = estimate;
    row.lower = estimate - 0.125;
    row.upper = estimate + 0.125;
    row.samples = 100;
    row.cases = 30;
    return row;
}

IncidenceCurve curve_of(std::string group, std::vector<double> times) {
    IncidenceCurve curve{.group = std::move(group), .samples = 50, .events = 20, .times = times};
    for (auto time : times) {
        curve.incidence.push_back(time / 16);
        curve.lower.push_back(time / 32);
        curve.upper.push_back(time / 8);
        curve.at_risk.push_back(10);
    }
    return curve;
}

EvaluationFile timed_file(std::vector<IncidenceCurve> curves) {
    EvaluationFile file;
    file.outcome = Outcome::time_to_event;
    file.curves.incidence = std::move(curves);
    return file;
}

TEST_CASE("list_outcome_bins: observed and predicted outcome of each part of the score",
          "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::binary;
    file.rows = {bin_row(RowKind::outcome, "predicted", "fifth 1", 0.25),
                 bin_row(RowKind::outcome, "observed", "fifth 1", 0.5),
                 bin_row(RowKind::outcome, "observed", "fifth 2", 0.75),
                 bin_row(RowKind::outcome, "predicted", "fifth 3", 0.875),
                 bin_row(RowKind::calibration, "observed", "tenth 1", 0.375)};
    auto in_group = bin_row(RowKind::outcome, "observed", "fifth 1", 0.625);
    in_group.factor = "site";
    file.rows.push_back(in_group);
    auto const bins = list_outcome_bins(file);
    REQUIRE(bins.size() == 2);
    CHECK(bins[0].label == "lowest fifth");
    CHECK(bins[0].samples == 100);
    CHECK(bins[0].cases == 30);
    CHECK(bins[0].observed == 0.5);
    CHECK(bins[0].lower == 0.375);
    CHECK(bins[0].upper == 0.625);
    CHECK(bins[0].predicted == 0.25);
    CHECK(bins[0].status == "ok");
    CHECK(bins[1].label == "second fifth");
    CHECK(std::isnan(bins[1].predicted));
}

TEST_CASE("list_outcome_bins: nothing of a table that is withheld as a whole", "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::quantitative;
    file.rows = {bin_row(RowKind::outcome, "observed", "", EvaluationRow::unknown)};
    file.rows[0].status = "suppressed";
    CHECK(list_outcome_bins(file).empty());
    file.rows[0].part = "tenth 4";
    auto const bins = list_outcome_bins(file);
    REQUIRE(bins.size() == 1);
    CHECK(bins[0].label == "tenth 4");
    CHECK(bins[0].status == "suppressed");
    CHECK(std::isnan(bins[0].observed));
}

TEST_CASE("list_calibration_bins: tenths of the predictions alone", "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::time_to_event;
    file.rows = {bin_row(RowKind::outcome, "observed", "fifth 1", 0.5),
                 bin_row(RowKind::calibration, "observed", "tenth 1", 0.25),
                 bin_row(RowKind::calibration, "predicted", "tenth 1", 0.375)};
    auto const bins = list_calibration_bins(file);
    REQUIRE(bins.size() == 1);
    CHECK(bins[0].label == "tenth 1");
    CHECK(bins[0].observed == 0.25);
    CHECK(bins[0].predicted == 0.375);
}

TEST_CASE("common_time: the last that all curves have, or the horizon where they do", "[report]") {
    CHECK_FALSE(common_time(timed_file({})));
    CHECK_FALSE(common_time(timed_file({curve_of("fifth 1", {})})));
    CHECK_FALSE(common_time(timed_file({curve_of("fifth 1", {1, 2}), curve_of("fifth 2", {3})})));
    auto file = timed_file({curve_of("fifth 1", {}), curve_of("fifth 2", {1, 2, 4, 8}),
                            curve_of("fifth 3", {2, 3, 4})});
    CHECK(common_time(file) == 4);
    file.horizon = 2;
    CHECK(common_time(file) == 2);
    file.horizon = 3;  // One curve has no such time.
    CHECK(common_time(file) == 4);
}

TEST_CASE("list_outcome_bins: of times to events the incidence by that time", "[report]") {
    auto hidden = curve_of("fifth 1", {});
    hidden.status = "suppressed";
    auto const bins = list_outcome_bins(
        timed_file({hidden, curve_of("fifth 2", {1, 2, 4}), curve_of("fifth 5", {2, 4, 8})}));
    REQUIRE(bins.size() == 3);
    CHECK(bins[0].label == "lowest fifth");
    CHECK(bins[0].status == "suppressed");
    CHECK(std::isnan(bins[0].observed));
    for (auto const& bin : {bins[1], bins[2]}) {
        CHECK(bin.samples == 50);
        CHECK(bin.cases == 20);
        CHECK(bin.observed == 0.25);
        CHECK(bin.lower == 0.125);
        CHECK(bin.upper == 0.5);
        CHECK(std::isnan(bin.predicted));
    }
    CHECK(bins[2].label == "highest fifth");
    for (auto const& bin :
         list_outcome_bins(timed_file({curve_of("fifth 1", {1}), curve_of("fifth 2", {2})}))) {
        CHECK(std::isnan(bin.observed));
    }
}

}  // namespace
}  // namespace maniple
