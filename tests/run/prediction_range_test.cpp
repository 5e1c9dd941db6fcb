#include "../src/run/prediction_range.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

EvaluationRow tenth_of(double predicted, std::string factor = "") {
    EvaluationRow row;
    row.kind = RowKind::calibration;
    row.metric = "predicted";
    row.factor = std::move(factor);
    row.estimate = predicted;
    return row;
}

TEST_CASE("find_prediction_range: the histogram's bounds, else the outermost tenths", "[run]") {
    EvaluationFile file;
    CHECK_FALSE(find_prediction_range(file));
    file.rows = {tenth_of(0.2), tenth_of(0.05), tenth_of(EvaluationRow::unknown), tenth_of(0.3),
                 tenth_of(0.9, "site")};
    file.rows.push_back(tenth_of(0.8));
    file.rows.back().metric = "observed";
    auto range = find_prediction_range(file);
    REQUIRE(range);
    CHECK(range->lower == 0.05);
    CHECK(range->upper == 0.3);

    file.curves.histogram = PeopleHistogram{
        .scale = HistogramScale::score, .step = 1, .bounds = {-1, 0, 1}, .counts = {5, 5, 5, 5}};
    CHECK(find_prediction_range(file)->upper == 0.3);
    file.curves.histogram->scale = HistogramScale::predicted_risk;
    file.curves.histogram->bounds = {0.02, 0.2, 0.4};
    range = find_prediction_range(file);
    CHECK(range->lower == 0.02);
    CHECK(range->upper == 0.4);
}

TEST_CASE("PredictionRange: its ends are in it", "[run]") {
    PredictionRange const range{0.02, 0.4};
    CHECK(range.contains(0.02));
    CHECK(range.contains(0.4));
    CHECK_FALSE(range.contains(0.0199));
    CHECK_FALSE(range.contains(0.401));
}

}  // namespace
}  // namespace maniple
