#include "../src/report/reporting_items.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;

ReportingItem find(EvaluationFile const& file, std::string const& name) {
    auto const items = list_reporting_items(file);
    auto const found = std::ranges::find(items, name, &ReportingItem::item);
    REQUIRE(found != items.end());
    return *found;
}

TEST_CASE("list_reporting_items: every item once, and what no run knows is left to authors",
          "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::binary;
    std::set<std::string> names;
    for (auto const& item : list_reporting_items(file)) {
        names.insert(item.item);
        CHECK_FALSE((item.known.empty() && item.is_complete &&
                     item.item != "Risk Model Predictive Ability" &&
                     item.item != "Risk Model Discrimination"));
    }
    CHECK(names.size() == 22);
    for (auto const* name : {"Ancestry", "Genetic Data", "Limitations", "Generalizability",
                             "Risk Model Intended Uses", "Study Design & Recruitment"}) {
        CHECK(find(file, name).known.empty());
    }
}

TEST_CASE("list_reporting_items: numbers of the run", "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::binary;
    file.score = "s";
    file.trait = "disease";
    file.evaluated = 1000;
    file.covariates = {"age"};
    EvaluationRow row;
    row.metric = "auc";
    row.estimate = 0.7;
    row.lower = 0.65;
    row.upper = 0.75;
    row.samples = 1000;
    row.cases = 200;
    file.rows = {row};
    CHECK(find(file, "Risk Model Discrimination").known == "AUC 0.700 (0.650 to 0.750)");
    CHECK(find(file, "Participant Demographics and Clinical Characteristics").known ==
          "1,000 people evaluated, 200 cases");
    CHECK(find(file, "Non-Genetic Variables").known == "age");
    CHECK(find(file, "Subgroup Analyses").known == "None");
    file.origin = ScoreOrigin{.variants = 1234, .genome_build = "GRCh38"};
    file.origin->description.method = "elastic-net";
    file.origin->description.training_samples = 5000;
    CHECK(find(file, "Polygenic Risk Score Construction & Estimation").known ==
          "Score 's': elastic-net, 1,234 variants, GRCh38; trained on 5,000 people");
}

TEST_CASE("list_reporting_items: nothing is complete that nobody knows", "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::binary;
    // A table of scores.
    CHECK_THAT(find(file, "Missing Data").known, Contains("is not known"));
    CHECK_FALSE(find(file, "Missing Data").is_complete);
    CHECK(find(file, "Study Type").known ==
          "Validation; whether these people were used in training is not known");
    file.model = "m";
    file.training_is_known = true;
    CHECK_THAT(find(file, "Missing Data").known, Contains("Missing genotypes count their mean"));
    CHECK(find(file, "Missing Data").is_complete);
    CHECK(find(file, "Study Type").known == "Validation on people who were not used in training");
    file.scores_table = "t";
    CHECK_FALSE(find(file, "Missing Data").is_complete);
}

TEST_CASE("list_reporting_items: calibration needs a slope and a level with intervals",
          "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::binary;
    CHECK(find(file, "Risk Model Calibration").is_complete);  // There is none.
    file.prediction_covariates.emplace();
    EvaluationRow slope;
    slope.metric = "calibration_slope";
    slope.estimate = 1;
    slope.lower = 0.9;
    slope.upper = 1.1;
    auto level = slope;
    level.metric = "calibration_in_the_large";
    file.rows = {slope};
    CHECK_FALSE(find(file, "Risk Model Calibration").is_complete);
    file.rows = {slope, level};
    CHECK(find(file, "Risk Model Calibration").is_complete);
    file.rows[1].status = "separated";
    CHECK_FALSE(find(file, "Risk Model Calibration").is_complete);
    // Of times to events the calibration line has the level.
    file.outcome = Outcome::time_to_event;
    file.rows = {slope};
    CHECK_FALSE(find(file, "Risk Model Calibration").is_complete);
    file.curves.line = CalibrationLine{.centre = -3,
                                       .level = -3,
                                       .slope = 1,
                                       .level_variance = 0.01,
                                       .covariance = 0,
                                       .slope_variance = 0.01,
                                       .samples = 1000};
    CHECK(find(file, "Risk Model Calibration").is_complete);
    CHECK_THAT(find(file, "Risk Model Calibration").known,
               Contains("Observed over predicted hazard at the mean prediction 1.00"));
    file.left_out = "site";
    file.curves = {};
    file.rows = {};
    CHECK(find(file, "Risk Model Calibration").known.empty());
}

}  // namespace
}  // namespace maniple
