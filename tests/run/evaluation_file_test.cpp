#include "maniple/run/evaluation_file.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "run/written_evaluation.hpp"

namespace maniple {
namespace {

using namespace test;
using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

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
    CHECK(file.evaluated == 90);
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
    auto json = written_json();
    json.erase("by");
    CHECK(read_json(json).by.empty());
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

}  // namespace
}  // namespace maniple
