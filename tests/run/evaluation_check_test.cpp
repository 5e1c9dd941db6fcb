#include "../src/run/evaluation_check.hpp"

#include <functional>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "run/written_evaluation.hpp"

namespace maniple {
namespace {

using namespace test;
using Json = nlohmann::ordered_json;

// Is a file with this change refused as damaged?
bool is_refused(std::function<void(Json&)> const& change) {
    auto json = written_json();
    change(json);
    try {
        read_json(json);
    } catch (CorruptInput const&) {
        return true;
    }
    return false;
}

bool is_refused_with(char const* pointer, Json const& value) {
    return is_refused([&](Json& json) { json.at(Json::json_pointer{pointer}) = value; });
}

bool is_refused_without(Json::json_pointer const& place) {
    return is_refused([&](Json& json) { json.at(place.parent_pointer()).erase(place.back()); });
}

TEST_CASE("read_evaluation: refuses a file without a field, or with another kind of it", "[run]") {
    for (auto const* pointer : {"/score",
                                "/model",
                                "/training_is_known",
                                "/samples",
                                "/samples/evaluated",
                                "/trait",
                                "/outcome",
                                "/covariates",
                                "/bootstrap",
                                "/bootstrap/replicates",
                                "/smallest_count_told",
                                "/recalibration/slope",
                                "/score_description/method",
                                "/score_description/variants",
                                "/rows",
                                "/rows/0/kind",
                                "/rows/0/metric",
                                "/rows/0/group",
                                "/rows/0/estimate",
                                "/rows/0/lower",
                                "/rows/0/upper",
                                "/rows/0/status",
                                "/histogram/of",
                                "/histogram/step",
                                "/histogram/bounds",
                                "/histogram/counts",
                                "/incidence/0/group",
                                "/incidence/0/time",
                                "/incidence/0/incidence",
                                "/incidence/0/lower",
                                "/incidence/0/upper",
                                "/incidence/0/at_risk",
                                "/incidence/0/status",
                                "/calibration_line/status"}) {
        CAPTURE(pointer);
        CHECK(is_refused_without(Json::json_pointer{pointer}));
    }
    for (auto const* pointer :
         {"/outcome", "/covariates", "/samples/asked", "/bootstrap/replicates", "/horizon",
          "/prevalence", "/recalibration/samples", "/rows/0/kind", "/rows/0/estimate",
          "/rows/0/samples", "/rows/0/standard_error_of_log", "/histogram/of", "/histogram/counts",
          "/incidence/0/time", "/incidence/0/at_risk", "/calibration_line/slope"}) {
        CAPTURE(pointer);
        CHECK(is_refused_with(pointer, Json::object()));
        CHECK(is_refused_with(pointer, "something else"));
    }
    CHECK(is_refused_with("/score", 7));
    for (auto const* pointer : {"/rows", "/incidence"}) {
        CAPTURE(pointer);
        CHECK(is_refused_with(pointer, nullptr));
        CHECK(is_refused_with(pointer, Json::object()));
        CHECK_FALSE(is_refused_with(pointer, Json::array()));
    }
}

TEST_CASE("read_evaluation: counts are whole numbers from 0 on", "[run]") {
    for (auto const* pointer : {"/samples/in_store",
                                "/samples/asked",
                                "/samples/used_in_training",
                                "/samples/without_trait",
                                "/samples/without_score_or_covariate",
                                "/samples/used_to_recalibrate",
                                "/samples/evaluated",
                                "/bootstrap/replicates",
                                "/smallest_count_told",
                                "/recalibration/samples",
                                "/score_description/training_samples",
                                "/score_description/training_cases",
                                "/score_description/variants",
                                "/rows/0/samples",
                                "/rows/0/cases",
                                "/rows/1/undefined_replicates",
                                "/rows/2/degrees_of_freedom",
                                "/histogram/counts/1",
                                "/incidence/0/samples",
                                "/incidence/0/events",
                                "/incidence/0/at_risk/1",
                                "/calibration_line/samples"}) {
        CAPTURE(pointer);
        CHECK(is_refused_with(pointer, -2));
        CHECK(is_refused_with(pointer, 2.5));
        CHECK(is_refused_with(pointer, 1e300));
        CHECK(is_refused_with(pointer, 18446744073709551615ULL));
        CHECK(is_refused_with(pointer, true));
    }
    CHECK(is_refused_with("/smallest_count_told", 0));
    CHECK_FALSE(is_refused_with("/bootstrap/replicates", 0));
}

TEST_CASE("read_evaluation: cases are not more than samples", "[run]") {
    CHECK(is_refused_with("/rows/0/cases", 91));
    CHECK_FALSE(is_refused_with("/rows/0/cases", 90));
    CHECK(is_refused_with("/incidence/0/events", 21));
    CHECK_FALSE(is_refused_with("/incidence/0/events", 20));
    CHECK(is_refused_with("/score_description/training_cases", 501));
    CHECK_FALSE(is_refused_with("/score_description/training_cases", 500));
}

TEST_CASE("read_evaluation: intervals hold their estimate, but for those of replicates", "[run]") {
    CHECK(is_refused_with("/rows/0/estimate", 1.1));
    CHECK(is_refused_with("/rows/0/estimate", 2));
    CHECK_FALSE(is_refused_with("/rows/0/estimate", 1.2 - 1e-12));
    CHECK(is_refused_with("/rows/0/lower", 1.95));
    CHECK_FALSE(is_refused_with("/rows/1/estimate", 0.5));
    CHECK(is_refused_with("/rows/1/lower", 0.4));
    CHECK(is_refused_with("/rows/0/standard_error_of_log", -0.1));
    CHECK(is_refused_with("/rows/2/neg_log10_p", -0.1));
}

TEST_CASE("read_evaluation: shares lie from 0 to 1", "[run]") {
    CHECK(is_refused_with("/rows/1/estimate", 1.01));
    CHECK(is_refused_with("/rows/1/estimate", -0.01));
    CHECK(is_refused_with("/rows/1/upper", 1.01));
    CHECK(is_refused_with("/rows/1/lower", -0.01));
    CHECK_FALSE(is_refused_with("/rows/1/upper", 1));
    CHECK_FALSE(is_refused([](Json& json) {  // A difference of shares is none.
        json["rows"][1]["kind"] = "gap";
        json["rows"][1]["lower"] = -0.3;
    }));
    CHECK(is_refused_with("/prevalence", 1.1));
    CHECK(is_refused_with("/prevalence", -0.1));
    CHECK(is_refused_with("/horizon", -1));
    CHECK_FALSE(is_refused_with("/horizon", 0));
}

TEST_CASE("read_evaluation: histograms have bounds in order, and a step", "[run]") {
    for (auto const& bounds : {Json{0.1, 0.4, 0.2}, Json{0.1, 0.1, 0.2}, Json{0.1, 0.2},
                               Json{0.1, 0.2, nullptr}, Json{0.1, 0.2, 1e301}}) {
        CAPTURE(bounds.dump());
        CHECK(is_refused_with("/histogram/bounds", bounds));
    }
    CHECK(is_refused([](Json& json) {
        json["histogram"]["bounds"] = Json::array();
        json["histogram"]["counts"] = {5};
    }));
    for (auto const& step : {Json(0), Json(-0.1), Json(1e301), Json(nullptr)}) {
        CHECK(is_refused_with("/histogram/step", step));
    }
}

TEST_CASE("read_evaluation: curves have times in order, and shares within their interval",
          "[run]") {
    for (auto const& times : {Json{2.5, 1}, Json{1, 1}, Json{-1, 2}, Json{1}, Json{nullptr, 2}}) {
        CAPTURE(times.dump());
        CHECK(is_refused_with("/incidence/0/time", times));
    }
    CHECK_FALSE(is_refused_with("/incidence/0/time/0", 0));
    CHECK(is_refused_with("/incidence/0/incidence/0", nullptr));
    CHECK(is_refused_with("/incidence/0/incidence/0", 1.5));
    CHECK(is_refused_with("/incidence/0/incidence/0", -0.5));
    CHECK(is_refused_with("/incidence/0/incidence/1", 0.19));
    CHECK(is_refused_with("/incidence/0/incidence/1", 0.31));
    CHECK_FALSE(is_refused_with("/incidence/0/incidence/1", 0.2 - 1e-5));
    CHECK(is_refused_with("/incidence/0/upper/1", 1.5));
    CHECK(is_refused_with("/incidence/0/lower/1", -0.5));
}

TEST_CASE("read_evaluation: a calibration line has a place and variances", "[run]") {
    CHECK(is_refused_with("/calibration_line/level", nullptr));
    CHECK(is_refused_with("/calibration_line/centre", nullptr));
    for (auto const* name : {"level_variance", "slope_variance"}) {
        CHECK(is_refused([&](Json& json) { json["calibration_line"][name] = -1; }));
        CHECK(is_refused([&](Json& json) { json["calibration_line"][name] = nullptr; }));
    }
    CHECK(is_refused_with("/calibration_line/residual_variance", -1));
    CHECK(is_refused_with("/calibration_line/degrees_of_freedom", 0));
    CHECK_FALSE(is_refused([](Json& json) {
        json["calibration_line"]["residual_variance"] = 0;
        json["calibration_line"]["degrees_of_freedom"] = 1;
    }));
}

}  // namespace
}  // namespace maniple
