#include "maniple/run/evaluation_file.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "maniple/core/error.hpp"
#include "maniple/run/evaluation_report.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

EvaluationData evaluated_data() {
    EvaluationData data;
    data.score.name = "prs";
    data.score.model = "m";
    data.score.outcome = Outcome::time_to_event;
    data.score.training = Training::known;
    data.score.covariates = {"age", "site=B"};
    data.score.recalibration = Recalibration{.intercept = 0.1, .slope = 0.9, .samples = 321};
    data.score.origin = ScoreOrigin{.description = {.reported_trait = "asthma",
                                                    .method = "elastic-net",
                                                    .training_samples = 500,
                                                    .training_cases = 200,
                                                    .validation_performance = 0.61,
                                                    .has_converged = false},
                                    .variants = 77,
                                    .genome_build = "GRCh38"};
    data.trait = "years:event";
    data.covariates = {"age"};
    data.flow = {.in_store = 900,
                 .asked = 800,
                 .trained = 70,
                 .without_trait = 6,
                 .without_others = 5,
                 .recalibrating = 40};
    data.people.outcome = Outcome::time_to_event;
    data.people.score = {1, 2, 3};
    data.people.prediction = {0.1, 0.2, 0.3};
    return data;
}

EvaluationRequest evaluation_request() {
    EvaluationRequest request;
    request.by = {"site", "age:40/60"};
    request.horizon = 10.5;
    request.prevalence = 0.05;
    request.replicates = 250;
    request.least_people = 7;
    return request;
}

Evaluation found_numbers() {
    EvaluationRow ratio;
    ratio.metric = "hazard_ratio_per_sd";
    ratio.estimate = 1.5;
    ratio.lower = 1.2;
    ratio.upper = 1.9;
    ratio.standard_error = 0.12;
    ratio.scale = RowScale::logarithmic;
    ratio.samples = 90;
    ratio.cases = 30;
    ratio.interval = "wald";
    EvaluationRow share;
    share.metric = "c_index";
    share.factor = "site";
    share.group = "A";
    share.estimate = 0.1 + 0.2;  // All digits are kept.
    share.lower = 0.29;
    share.upper = 0.31;
    share.standard_error = 0.005;
    share.interval = "bootstrap";
    share.undefined = 3;
    EvaluationRow test;
    test.kind = RowKind::heterogeneity;
    test.metric = "c_index_heterogeneity_q";
    test.factor = "site";
    test.estimate = 3.5;
    test.neg_log10_p = 1.25;
    test.degrees_of_freedom = 2;
    EvaluationRow hidden;
    hidden.kind = RowKind::outcome;
    hidden.metric = "observed";
    hidden.part = "fifth 1";
    hidden.status = "suppressed";

    Evaluation found{.rows = {ratio, share, test, hidden}, .curves = {}};
    found.curves.histogram = PeopleHistogram{.scale = HistogramScale::predicted_risk,
                                             .step = 0.1,
                                             .bounds = {0.1, 0.2, 0.4},
                                             .counts = {5, 0, 12, 9}};
    found.curves.incidence = {{.group = "fifth 1",
                               .samples = 20,
                               .events = 8,
                               .times = {1, 2.5},
                               .incidence = {0.1, 0.25},
                               .lower = {EvaluationRow::unknown, 0.2},
                               .upper = {EvaluationRow::unknown, 0.3},
                               .at_risk = {18, 7}},
                              {.group = "fifth 2", .status = "suppressed"}};
    found.curves.line = CalibrationLine{.centre = -3,
                                        .level = -2.75,
                                        .slope = 0.875,
                                        .level_variance = 0.01,
                                        .covariance = -0.002,
                                        .slope_variance = 0.04,
                                        .samples = 90};
    return found;
}

Json written_json() {
    return Json::parse(evaluation_json(evaluated_data(), evaluation_request(), found_numbers()));
}

EvaluationFile read_text(std::string const& text) {
    test::ScratchFolder const folder;
    std::ofstream{folder / "evaluation.json", std::ios::binary} << text;
    return read_evaluation(folder.path());
}

EvaluationFile read_json(Json const& json) { return read_text(json.dump()); }

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

// NaN equals NaN.
bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool is_same(std::vector<double> const& a, std::vector<double> const& b) {
    return std::ranges::equal(a, b, [](double x, double y) { return is_same(x, y); });
}

TEST_CASE("read_evaluation: what was evaluated, as it was written", "[run]") {
    auto const file = read_json(written_json());
    auto const data = evaluated_data();
    CHECK(file.left_out.empty());
    CHECK(file.score == "prs");
    CHECK(file.model == "m");
    CHECK(file.trait == "years:event");
    CHECK(file.outcome == Outcome::time_to_event);
    CHECK(file.covariates == Words{"age"});
    CHECK(file.training_is_known);
    CHECK(file.flow.in_store == 900);
    CHECK(file.flow.asked == 800);
    CHECK(file.flow.trained == 70);
    CHECK(file.flow.without_trait == 6);
    CHECK(file.flow.without_others == 5);
    CHECK(file.flow.recalibrating == 40);
    CHECK(file.evaluated == 3);
    CHECK(file.replicates == 250);
    CHECK(file.least_people == 7);
    REQUIRE(file.recalibration);
    CHECK(file.recalibration->intercept == 0.1);
    CHECK(file.recalibration->slope == 0.9);
    CHECK(file.recalibration->samples == 321);
    CHECK(file.prediction_covariates == Words{"age", "site=B"});
    REQUIRE(file.origin);
    CHECK(file.origin->description.method == "elastic-net");
    CHECK(file.origin->description.reported_trait == "asthma");
    CHECK(file.origin->description.training_samples == 500);
    CHECK(file.origin->description.training_cases == 200);
    CHECK(file.origin->description.validation_performance == 0.61);
    CHECK_FALSE(file.origin->description.has_converged);
    CHECK(file.origin->variants == 77);
    CHECK(file.origin->genome_build == "GRCh38");
    CHECK(file.by == Words{"site", "age:40/60"});
    CHECK(file.horizon == 10.5);
    CHECK(file.prevalence == 0.05);
}

TEST_CASE("read_evaluation: lines, as they were written", "[run]") {
    auto const rows = read_json(written_json()).rows;
    auto const expected = found_numbers().rows;
    REQUIRE(rows.size() == expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(rows[i].kind == expected[i].kind);
        CHECK(rows[i].metric == expected[i].metric);
        CHECK(rows[i].factor == expected[i].factor);
        CHECK(rows[i].group == expected[i].group);
        CHECK(rows[i].part == expected[i].part);
        CHECK(is_same(rows[i].estimate, expected[i].estimate));
        CHECK(is_same(rows[i].lower, expected[i].lower));
        CHECK(is_same(rows[i].upper, expected[i].upper));
        CHECK(is_same(rows[i].standard_error, expected[i].standard_error));
        CHECK(rows[i].scale == expected[i].scale);
        CHECK(is_same(rows[i].neg_log10_p, expected[i].neg_log10_p));
        CHECK(rows[i].degrees_of_freedom == expected[i].degrees_of_freedom);
        CHECK(rows[i].samples == expected[i].samples);
        CHECK(rows[i].cases == expected[i].cases);
        CHECK(rows[i].interval == expected[i].interval);
        CHECK(rows[i].undefined == expected[i].undefined);
        CHECK(rows[i].status == expected[i].status);
    }
}

TEST_CASE("read_evaluation: curves, as they were written", "[run]") {
    auto const curves = read_json(written_json()).curves;
    auto const expected = found_numbers().curves;
    REQUIRE(curves.histogram);
    CHECK(curves.histogram->scale == HistogramScale::predicted_risk);
    CHECK(curves.histogram->step == 0.1);
    CHECK(curves.histogram->bounds == expected.histogram->bounds);
    CHECK(curves.histogram->counts == expected.histogram->counts);
    REQUIRE(curves.incidence.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        auto const& curve = curves.incidence[i];
        CHECK(curve.group == expected.incidence[i].group);
        CHECK(curve.samples == expected.incidence[i].samples);
        CHECK(curve.events == expected.incidence[i].events);
        CHECK(curve.times == expected.incidence[i].times);
        CHECK(is_same(curve.incidence, expected.incidence[i].incidence));
        CHECK(is_same(curve.lower, expected.incidence[i].lower));
        CHECK(is_same(curve.upper, expected.incidence[i].upper));
        CHECK(curve.at_risk == expected.incidence[i].at_risk);
        CHECK(curve.status == expected.incidence[i].status);
    }
    REQUIRE(curves.line);
    auto const& line = *curves.line;
    CHECK(line.status == FitStatus::ok);
    CHECK(line.centre == -3);
    CHECK(line.level == -2.75);
    CHECK(line.slope == 0.875);
    CHECK(line.level_variance == 0.01);
    CHECK(line.covariance == -0.002);
    CHECK(line.slope_variance == 0.04);
    CHECK(std::isnan(line.residual_variance));
    CHECK(std::isnan(line.degrees_of_freedom));
    CHECK(line.samples == 90);
}

TEST_CASE("read_evaluation: what is not known or not told is so afterwards", "[run]") {
    auto data = evaluated_data();
    data.score.training = Training::unknown;
    data.flow.trained = 0;
    data.score.recalibration.reset();
    data.people.prediction.clear();
    data.score.origin->description.training_cases = 497;  // Of 500: controls are few.
    data.score.origin->description.validation_performance = ScoreDescription::unknown;
    auto found = found_numbers();
    found.curves = {};
    found.curves.line.emplace();
    found.curves.line->status = FitStatus::separated;
    auto request = evaluation_request();
    request.horizon.reset();
    request.prevalence.reset();
    auto const file = read_text(evaluation_json(data, request, found));
    CHECK_FALSE(file.training_is_known);
    CHECK(file.flow.trained == -1);
    CHECK_FALSE(file.recalibration);
    CHECK_FALSE(file.prediction_covariates);
    REQUIRE(file.origin);
    CHECK(file.origin->description.training_cases == -1);
    CHECK(std::isnan(file.origin->description.validation_performance));
    CHECK_FALSE(file.horizon);
    CHECK_FALSE(file.prevalence);
    CHECK_FALSE(file.curves.histogram);
    CHECK(file.curves.incidence.empty());
    REQUIRE(file.curves.line);
    CHECK(file.curves.line->status != FitStatus::ok);
    CHECK_FALSE(is_refused([](Json& json) { json.erase("by"); }));
}

TEST_CASE("read_evaluation: levels that were left out one at a time", "[run]") {
    auto json = written_json();
    for (auto const* name : {"score", "model", "samples", "training_is_known"}) json.erase(name);
    json["leave_one_out"] = "site";
    json["levels"] = Json::parse(R"([
        {"level": "A", "status": "ok", "trained_on_the_others": {"samples": 400, "variants": 12}},
        {"level": "B", "status": "failed", "reason": "too few",
         "trained_on_the_others": {"samples": 300}},
        {"level": "C", "status": "suppressed"}])");
    auto const file = read_json(json);
    CHECK(file.left_out == "site");
    CHECK(file.training_is_known);
    REQUIRE(file.levels.size() == 3);
    CHECK(file.levels[0].name == "A");
    CHECK(file.levels[0].status == "ok");
    CHECK(file.levels[0].reason.empty());
    CHECK(file.levels[0].training_samples == 400);
    CHECK(file.levels[0].variants == 12);
    CHECK(file.levels[1].reason == "too few");
    CHECK(file.levels[1].variants == -1);
    CHECK(file.levels[2].training_samples == -1);
    for (auto const* count : {"samples", "variants"}) {
        auto damaged = json;
        damaged["levels"][0]["trained_on_the_others"][count] = -2;
        CHECK_THROWS_AS(read_json(damaged), CorruptInput);
    }
    json["levels"][0].erase("level");
    CHECK_THROWS_AS(read_json(json), CorruptInput);
}

TEST_CASE("read_evaluation: a folder without one is no evaluation", "[run]") {
    test::ScratchFolder const folder;
    CHECK_THROWS_AS(read_evaluation(folder.path()), UserError);
    CHECK_THROWS_AS(read_evaluation(folder / "nowhere"), UserError);
}

TEST_CASE("read_evaluation: refuses what is no such text", "[run]") {
    auto const whole = written_json().dump();
    for (auto const& text : {std::string{}, std::string{"[]"}, std::string{"7"},
                             whole.substr(0, whole.size() / 2), whole + "}"}) {
        CHECK_THROWS_AS(read_text(text), CorruptInput);
    }
    CHECK(read_text(whole).score == "prs");
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
    for (auto const& step : {Json{0}, Json{-0.1}, Json{1e301}, Json{nullptr}}) {
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
