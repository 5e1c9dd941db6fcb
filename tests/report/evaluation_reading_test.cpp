#include "report/read_rows.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;
using namespace test;

TEST_CASE("read_accuracy: a direction only where the interval leaves no other", "[report]") {
    auto file = binary_file();
    file.rows = {row_of("auc", 0.7, 0.6, 0.8)};
    CHECK_THAT(text_of(read_accuracy(file)), Contains("- ") && Contains("70.0% (60.0% to 80.0%)"));
    file.rows = {row_of("auc", 0.7, 0.49, 0.9)};
    CHECK_THAT(text_of(read_accuracy(file)), Contains("! ") && Contains("do not show"));
    file.rows = {row_of("auc", 0.5, 0.5, 0.5)};
    CHECK_THAT(text_of(read_accuracy(file)), Contains("do not show"));
    file.rows = {row_of("auc", 0.3, 0.2, 0.4)};
    CHECK_THAT(text_of(read_accuracy(file)), Contains("! ") && Contains("wrong way round"));
    file.rows = {row_of("auc", 0.7, EvaluationRow::unknown, EvaluationRow::unknown)};
    CHECK_THAT(text_of(read_accuracy(file)), Contains("! There is no AUC with an interval"));
    file.rows = {};
    CHECK_THAT(text_of(read_accuracy(file)), Contains("no such line"));
}

TEST_CASE("read_accuracy: R^2 is never below 0, and so its effect says whether there is any",
          "[report]") {
    auto file = binary_file();
    file.outcome = Outcome::quantitative;
    file.rows = {row_of("r2", 0.01, 0.001, 0.02), row_of("effect_per_sd", 0.1, -0.1, 0.3)};
    CHECK_THAT(text_of(read_accuracy(file)), Contains("! ") && Contains("may be none"));
    file.rows[1] = row_of("effect_per_sd", 0.2, 0.1, 0.3);
    CHECK(text_of(read_accuracy(file)) ==
          "- The score explains 1.0% (0.10% to 2.0%) of the variance of the trait among these "
          "people.\n");
    file.rows[1] = row_of("effect_per_sd", -0.2, -0.3, -0.1);
    CHECK_THAT(text_of(read_accuracy(file)), Contains("wrong way round"));
}

TEST_CASE("read_increment: a gain is claimed where both it and the effect are sure", "[report]") {
    auto file = binary_file();
    CHECK_THAT(text_of(read_increment(file)), Contains("! The score was judged alone"));
    file.covariates = {"age", "sex"};
    file.rows = {row_of("auc_incremental", 0.02, 0.01, 0.03),
                 row_of("odds_ratio_per_sd", 1.5, 1.2, 1.9)};
    CHECK_THAT(text_of(read_increment(file)), Contains("- Beside age, sex, the score adds"));
    file.rows[1] = row_of("odds_ratio_per_sd", 1.2, 0.9, 1.5);
    CHECK_THAT(text_of(read_increment(file)), Contains("! ") && Contains("do not show"));
    file.rows[1] = row_of("odds_ratio_per_sd", 0.6, 0.5, 0.7);
    auto const inverted = text_of(read_increment(file));
    CHECK_THAT(inverted, Contains("! ") && Contains("wrong way round"));
    CHECK_THAT(inverted, !Contains("do not show"));
    file.rows[0] = row_of("auc_incremental", 0.02, -0.01, 0.03);
    file.rows[1] = row_of("odds_ratio_per_sd", 1.5, 1.2, 1.9);
    CHECK_THAT(text_of(read_increment(file)), Contains("do not show"));
    file.rows[0] = row_of("auc_incremental", -0.02, -0.03, -0.01);
    CHECK_THAT(text_of(read_increment(file)), Contains("told apart worse"));
}

TEST_CASE("read_calibration: agreement is never claimed, disagreement where it is sure",
          "[report]") {
    auto file = binary_file();
    CHECK_THAT(text_of(read_calibration(file)), Contains("! The score only ranks people"));
    file.prediction_covariates.emplace();
    file.rows = {row_of("calibration_slope", 1, 0.9, 1.1),
                 row_of("calibration_in_the_large", 0, -0.1, 0.1)};
    auto text = text_of(read_calibration(file));
    CHECK_THAT(text, Contains("- Predictions are not seen to be too extreme") &&
                         Contains("no difference between observed and predicted is seen"));
    CHECK_THAT(text, !Contains("!") && !Contains("well calibrated"));
    file.rows[0] = row_of("calibration_slope", 1, 0.6, 1.4);
    CHECK_THAT(text_of(read_calibration(file)),
               Contains("! ") && Contains("cannot be told closely"));
    file.rows[0] = row_of("calibration_slope", 0.5, 0.4, 0.6);
    file.rows[1] = row_of("calibration_in_the_large", 0.3, 0.1, 0.5);
    text = text_of(read_calibration(file));
    CHECK_THAT(text, Contains("too extreme (slope") && Contains("higher than predicted") &&
                         Contains("Do not read predictions"));
    file.recalibration.emplace();
    CHECK_THAT(text_of(read_calibration(file)), !Contains("Do not read predictions"));
    file.rows = {row_of("calibration_slope", 1.5, 1.2, 1.8),
                 row_of("calibration_in_the_large", -0.3, -0.5, -0.1)};
    CHECK_THAT(text_of(read_calibration(file)),
               Contains("not extreme enough") && Contains("risk is lower than predicted"));
    file.rows = {};
    CHECK_THAT(text_of(read_calibration(file)), Contains("could not be judged"));
    file.recalibration.reset();
    file.outcome = Outcome::quantitative;
    file.rows = {row_of("calibration_slope", 0.5, 0.4, 0.6)};
    CHECK_THAT(text_of(read_calibration(file)),
               Contains("as values here") && !Contains("as risks"));
}

TEST_CASE("read_calibration: risks that are off beyond any regression", "[report]") {
    auto file = binary_file();
    file.prediction_covariates.emplace();
    auto separated = row_of("calibration_slope", 0, 0, 0);
    separated.status = "separated";
    file.rows = {separated};
    separated.metric = "calibration_in_the_large";
    file.rows.push_back(separated);
    for (auto const* part : {"tenth 1", "tenth 2"}) {
        auto row = row_of("predicted", 1e-44, EvaluationRow::unknown, EvaluationRow::unknown);
        row.kind = RowKind::calibration;
        row.part = part;
        file.rows.push_back(row);
        row.metric = "observed";
        row.estimate = 0.3;
        file.rows.push_back(row);
    }
    auto const text = text_of(read_calibration(file));
    CHECK_THAT(text, Contains("! Whether predictions are as far apart") && Contains("(separated)"));
    CHECK_THAT(text, Contains("! The mean predicted risk is 0.00%, and the share of cases 30.0%") &&
                         Contains("too low") && Contains("! Do not read predictions"));
}

CalibrationLine line_of(double centre, double level, double standard_error) {
    return {.centre = centre,
            .level = level,
            .slope = 1,
            .level_variance = standard_error * standard_error,
            .covariance = 0,
            .slope_variance = 0.01,
            .samples = 1000};
}

TEST_CASE("read_calibration: of times to events the level is read from the line", "[report]") {
    auto file = binary_file();
    file.outcome = Outcome::time_to_event;
    file.prediction_covariates.emplace();
    file.horizon = 10;
    file.rows = {row_of("calibration_slope", 1, 0.9, 1.1)};
    CHECK_THAT(text_of(read_calibration(file)),
               Contains("! Whether as many events happened as are predicted could not be judged"));
    // Twice the hazard that is predicted: log 2, with a standard error of 0.1.
    file.curves.line = line_of(-3, -3 + 0.69314718, 0.1);
    auto text = text_of(read_calibration(file));
    CHECK_THAT(text, Contains("! At the mean prediction the observed hazard was 2.00 times the "
                              "predicted one (95% interval 1.64 to 2.43; 1 is right): predicted "
                              "risks are too low.") &&
                         Contains("! Do not read predictions"));
    file.curves.line = line_of(-3, -3 - 0.69314718, 0.1);
    CHECK_THAT(text_of(read_calibration(file)), Contains("! At the mean prediction") &&
                                                    Contains("was 0.500 times") &&
                                                    Contains("risks are too high"));
    file.curves.line = line_of(-3, -2.9, 0.1);
    text = text_of(read_calibration(file));
    CHECK_THAT(text, Contains("- At the mean prediction") && Contains("no difference"));
    CHECK_THAT(text, !Contains("!"));
    file.horizon.reset();
    CHECK_THAT(text_of(read_calibration(file)), Contains("! No time was named"));
}

TEST_CASE("read_people: says when nobody knows who trained, and when people are few", "[report]") {
    auto file = binary_file();
    file.rows = {row_of("auc", 0.7, 0.6, 0.8)};
    CHECK(text_of(read_people(file)) ==
          "- Score 's' was judged on 1,000 people, 300 of them cases.\n");
    file.training_is_known = false;
    CHECK_THAT(text_of(read_people(file)), Contains("! It is not known whether these people"));
    file.rows = {row_of("auc", 0.7, 0.6, 0.8, 1000, 30)};
    CHECK_THAT(text_of(read_people(file)), Contains("! These are few people or cases"));
    file.rows = {row_of("auc", 0.7, 0.6, 0.8, 1000, 970)};
    CHECK_THAT(text_of(read_people(file)), Contains("! These are few people or cases"));
    file.outcome = Outcome::time_to_event;
    file.rows = {row_of("c_index", 0.7, 0.6, 0.8, 300, 300)};
    CHECK_THAT(text_of(read_people(file)), !Contains("These are few"));
    file.rows = {row_of("c_index", 0.7, 0.6, 0.8, 300, 30)};
    CHECK_THAT(text_of(read_people(file)), Contains("! These are few people or events"));
}

TEST_CASE("read_evaluation_aloud: deaths of other causes, where shares with an event are told",
          "[report]") {
    auto file = binary_file();
    CHECK_THAT(text_of(read_evaluation_aloud(file)), !Contains("died of anything else"));
    file.outcome = Outcome::time_to_event;
    CHECK_THAT(text_of(read_evaluation_aloud(file)), !Contains("died of anything else"));
    file.horizon = 10;
    CHECK_THAT(text_of(read_evaluation_aloud(file)),
               Contains("! Risks and shares with the event are told as if nobody died of anything "
                        "else, unless that is part of the event"));
    file.horizon.reset();
    file.curves.incidence.resize(1);
    CHECK_THAT(text_of(read_evaluation_aloud(file)), Contains("died of anything else"));
}

}  // namespace
}  // namespace maniple
