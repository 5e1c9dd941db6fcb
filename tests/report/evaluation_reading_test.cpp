#include "../src/report/evaluation_reading.hpp"
#include "../src/report/evaluation_words.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;

EvaluationRow row_of(std::string metric, double estimate, double lower, double upper,
                     std::int64_t samples = 1000, std::int64_t cases = 300) {
    EvaluationRow row;
    row.metric = std::move(metric);
    row.estimate = estimate;
    row.lower = lower;
    row.upper = upper;
    row.samples = samples;
    row.cases = cases;
    return row;
}

EvaluationFile binary_file() {
    EvaluationFile file;
    file.score = "s";
    file.trait = "disease";
    file.outcome = Outcome::binary;
    file.training_is_known = true;
    file.evaluated = 1000;
    return file;
}

EvaluationRow in_group(EvaluationRow row, std::string factor, std::string group) {
    row.factor = std::move(factor);
    row.group = std::move(group);
    return row;
}

EvaluationRow heterogeneity(std::string factor, double neg_log10_p, std::string metric = "auc",
                            std::string part = "") {
    EvaluationRow row;
    row.kind = RowKind::heterogeneity;
    row.metric = std::move(metric) + "_heterogeneity_q";
    row.factor = std::move(factor);
    row.part = std::move(part);
    row.estimate = 5;
    row.neg_log10_p = neg_log10_p;
    return row;
}

std::string text_of(std::vector<ReportFinding> const& findings) {
    std::string text;
    for (auto const& finding : findings) {
        text += (finding.kind == FindingKind::caution ? "! " : "- ") + finding.text + "\n";
    }
    return text;
}

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

TEST_CASE("short_number: as many decimals as tell steps apart", "[report]") {
    CHECK(short_number(170.04) == "170");
    CHECK(short_number(170.04, 0.2) == "170.0");
    CHECK(short_number(168.2, 0.2) == "168.2");
    CHECK(short_number(168.25, 0.05) == "168.25");
    CHECK(short_number(168, 5) == "168");
    CHECK(short_number(0.72, 0.01) == "0.720");
    CHECK(short_number(1.5, 1e-20) == "1.50000000000000");
    CHECK(short_number(1234567, 1) == "1.234567e+06");
    CHECK(short_number(1e300, 5e-324) == "1.00e+300");
    CHECK(short_number(0, 0.1) == "0");
    CHECK(with_interval(270.13, 270.08, 270.18) == "270.13 (270.08 to 270.18)");
    CHECK(with_interval(0.72, 0.68, 0.76) == "0.720 (0.680 to 0.760)");
    CHECK(given_number(5) == "5.00");
    CHECK(given_number(365.25) == "365.25");
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

TEST_CASE("read_groups: differences by Cochran's Q, silence about those too small", "[report]") {
    auto file = binary_file();
    CHECK_THAT(text_of(read_groups(file)), Contains("! People were not divided into groups"));
    file.rows = {in_group(row_of("auc", 0.8, 0.7, 0.9), "site", "A"),
                 in_group(row_of("auc", 0.6, 0.5, 0.7, 80, 30), "site", "B"),
                 heterogeneity("site", 2)};
    auto hidden = in_group(row_of("all", 0, 0, 0), "site", "C");
    hidden.status = "suppressed";
    file.rows.push_back(hidden);
    auto text = text_of(read_groups(file));
    CHECK_THAT(text, Contains("! By site, groups differ in AUC by more than chance (p = 0.01)") &&
                         Contains("0.600 (0.500 to 0.700) in B to 0.800"));
    CHECK_THAT(text, Contains("nothing is told of C") && Contains("behind the numbers of B"));
    CHECK_THAT(text, !Contains("numbers of A"));
    file.rows[2] = heterogeneity("site", 1);
    CHECK_THAT(text_of(read_groups(file)),
               Contains("no difference in AUC between groups is shown (p = 0.1)") &&
                   Contains("does not show that there is none"));
}

TEST_CASE("read_groups: with two columns a chance of one in twenty is shared", "[report]") {
    auto file = binary_file();
    for (auto const* factor : {"site", "sex"}) {
        file.rows.push_back(in_group(row_of("auc", 0.8, 0.7, 0.9), factor, "A"));
        file.rows.push_back(in_group(row_of("auc", 0.6, 0.5, 0.7), factor, "B"));
        file.rows.push_back(heterogeneity(factor, 1.5));  // p = 0.03
    }
    auto const text = text_of(read_groups(file));
    CHECK_THAT(text, !Contains("by more than chance"));
    CHECK_THAT(text, Contains("2 columns were compared"));
}

TEST_CASE("read_groups: one group alone has nothing to differ from", "[report]") {
    auto file = binary_file();
    file.rows = {in_group(row_of("auc", 0.8, 0.7, 0.9), "site", "A"), heterogeneity("site", 9)};
    CHECK_THAT(text_of(read_groups(file)), Contains("! By site: fewer than two groups"));
}

// Two sexes whose accuracy is the same.
EvaluationFile two_sexes() {
    auto file = binary_file();
    file.rows = {in_group(row_of("auc", 0.71, 0.68, 0.74), "sex", "F"),
                 in_group(row_of("auc", 0.70, 0.67, 0.73), "sex", "M"), heterogeneity("sex", 0.1)};
    return file;
}

TEST_CASE("read_groups: predictions too high in one group and too low in another", "[report]") {
    auto file = two_sexes();
    file.rows.push_back(in_group(row_of("calibration_in_the_large", 0.31, 0.24, 0.38), "sex", "F"));
    file.rows.push_back(
        in_group(row_of("calibration_in_the_large", -0.38, -0.45, -0.31), "sex", "M"));
    file.rows.push_back(heterogeneity("sex", 41.3, "calibration_in_the_large"));
    auto const text = text_of(read_groups(file));
    CHECK_THAT(text, Contains("- By sex, no difference in AUC between groups is shown"));
    CHECK_THAT(text, Contains("! By sex, groups differ in calibration in the large by more than "
                              "chance") &&
                         Contains("in M to 0.310 (0.240 to 0.380) in F"));
    CHECK_THAT(text, Contains("! By sex, predictions are too low in F, and too high in M") &&
                         Contains("Do not read them as risks there"));
}

TEST_CASE("read_groups: slopes, and rates at thresholds", "[report]") {
    auto file = two_sexes();
    file.rows.push_back(in_group(row_of("calibration_slope", 0.5, 0.4, 0.6), "sex", "F"));
    file.rows.push_back(in_group(row_of("calibration_slope", 1.6, 1.4, 1.8), "sex", "M"));
    file.rows.push_back(heterogeneity("sex", 20, "calibration_slope"));
    for (auto const* rule : {"top=0.1", "top=0.2"}) {
        for (auto const* sex : {"F", "M"}) {
            auto rate = in_group(row_of("true_positive_rate", *sex == 'F' ? 0.2 : 0.4, 0.1, 0.5),
                                 "sex", sex);
            rate.kind = RowKind::threshold;
            rate.part = rule;
            file.rows.push_back(rate);
        }
        file.rows.push_back(
            heterogeneity("sex", rule[6] == '1' ? 0.2 : 6, "true_positive_rate", rule));
    }
    auto const text = text_of(read_groups(file));
    CHECK_THAT(text, Contains("! By sex, groups differ in calibration slope by more than chance"));
    CHECK_THAT(text, Contains("not extreme enough in M, and too extreme in F"));
    CHECK_THAT(text, Contains("! By sex, rule top=0.2 treats groups differently") &&
                         Contains("in its true positive rate (p = 1.0e-06): from 0.200"));
    CHECK_THAT(text, !Contains("top=0.1"));
}

TEST_CASE("read_groups: chance is shared by all tests, and by all groups' own numbers",
          "[report]") {
    // z of 2.2: p is 0.028, below 0.05 and above 0.05 / 2.
    auto file = two_sexes();
    constexpr double half = 1.959963984540054;
    auto level = [&](double z) {
        return row_of("calibration_in_the_large", z, z - half, z + half);
    };
    file.rows.push_back(in_group(level(2.2), "sex", "F"));
    CHECK_THAT(text_of(read_groups(file)), Contains("too low in F"));
    file.rows.push_back(in_group(level(0.1), "sex", "M"));
    CHECK_THAT(text_of(read_groups(file)), !Contains("too low in F"));
    file.rows[3] = in_group(level(2.3), "sex", "F");  // p = 0.021
    CHECK_THAT(text_of(read_groups(file)), Contains("too low in F"));
    // Of Cochran's Q p = 0.02 is little among three tests.
    file.rows.push_back(heterogeneity("sex", 1.69, "calibration_in_the_large"));
    CHECK_THAT(text_of(read_groups(file)), Contains("groups differ in calibration in the large"));
    file.rows.push_back(heterogeneity("sex", 0.5, "calibration_slope"));
    CHECK_THAT(text_of(read_groups(file)), !Contains("groups differ in calibration in the large"));
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

TEST_CASE("read_left_out: pooled, a new level, and what was not judged", "[report]") {
    auto file = binary_file();
    file.left_out = "site";
    file.levels = {{.name = "A", .status = "ok"}, {.name = "B", .status = "suppressed"}};
    auto mean = in_group(row_of("auc", 0.7, 0.45, 0.9), "site", "all");
    mean.kind = RowKind::pooled;
    mean.part = "1 of 2 levels";
    file.rows = {mean};
    auto const text = text_of(read_left_out(file));
    CHECK_THAT(text, Contains("1 of 2 levels of 'site'") && Contains("what a useless score has") &&
                         Contains("cannot be told from so few") &&
                         Contains("Nothing is known of B"));
    CHECK(read_accuracy(file).empty());
    CHECK(read_groups(file).empty());
    CHECK_FALSE(read_evaluation_aloud(file).empty());
}

TEST_CASE("read_left_out: a pooled value is claimed only where it is better than useless",
          "[report]") {
    auto file = binary_file();
    file.left_out = "site";
    file.levels = {{.name = "A", .status = "ok"}, {.name = "B", .status = "ok"}};
    auto const pooled = [](EvaluationRow row) {
        row.kind = RowKind::pooled;
        row.part = "2 of 2 levels";
        return in_group(std::move(row), "site", "all");
    };
    file.rows = {pooled(row_of("auc", 0.4, 0.3, 0.45))};
    CHECK_THAT(text_of(read_left_out(file)),
               Contains("! Pooled over 2 of 2 levels") && Contains("wrong way round"));
    file.rows = {pooled(row_of("auc", 0.7, 0.6, 0.8))};
    CHECK_THAT(text_of(read_left_out(file)), Contains("- Pooled over 2 of 2 levels"));
    file.outcome = Outcome::quantitative;
    file.rows = {pooled(row_of("r2", 0.01, 0.001, 0.03)),
                 pooled(row_of("effect_per_sd", 0.1, -0.1, 0.3))};
    CHECK_THAT(text_of(read_left_out(file)),
               Contains("! Pooled over") && Contains("what a useless score has"));
    file.rows[1] = pooled(row_of("effect_per_sd", 0.2, 0.1, 0.3));
    CHECK_THAT(text_of(read_left_out(file)), Contains("- Pooled over"));
    file.rows[1] = pooled(row_of("effect_per_sd", -0.2, -0.3, -0.1));
    CHECK_THAT(text_of(read_left_out(file)), Contains("! Pooled over") && Contains("wrong way"));
    file.rows.pop_back();
    CHECK_THAT(text_of(read_left_out(file)), Contains("! Pooled over"));
}

TEST_CASE("read_evaluation_aloud: of left-out levels calibration, covariates and few people",
          "[report]") {
    auto file = binary_file();
    file.left_out = "site";
    file.covariates = {"age"};
    file.levels = {{.name = "A", .status = "ok"}, {.name = "B", .status = "ok"}};
    auto const of_kind = [](RowKind kind, EvaluationRow row) {
        row.kind = kind;
        row.part = "2 of 2 levels";
        return in_group(std::move(row), "site", "all");
    };
    auto const pooled = [&](EvaluationRow row) { return of_kind(RowKind::pooled, std::move(row)); };
    file.rows = {in_group(row_of("auc", 0.7, 0.6, 0.8, 60, 20), "site", "A"),
                 in_group(row_of("auc", 0.7, 0.6, 0.8), "site", "B"),
                 in_group(row_of("calibration_in_the_large", 1, 0.8, 1.2), "site", "B"),
                 pooled(row_of("auc", 0.7, 0.6, 0.8)),
                 pooled(row_of("auc_incremental", 0.05, 0.04, 0.06)),
                 pooled(row_of("odds_ratio_per_sd", 2, 1.8, 2.2)),
                 pooled(row_of("calibration_slope", 0.484, 0.363, 0.605)),
                 of_kind(RowKind::new_level, row_of("calibration_slope", 0.484, 0.1, 0.9)),
                 pooled(row_of("calibration_in_the_large", 0.2, -1, 1.4)),
                 of_kind(RowKind::new_level, row_of("calibration_in_the_large", 0.2, -3, 3.4)),
                 heterogeneity("site", 0.5),
                 heterogeneity("site", 0.3, "calibration_slope"),
                 heterogeneity("site", 8.58, "calibration_in_the_large")};
    auto const text = text_of(read_evaluation_aloud(file));
    CHECK_THAT(text, Contains("! Pooled over 2 of 2 levels: Predictions are too extreme (slope "
                              "0.484, 95% interval 0.363 to 0.605)"));
    CHECK_THAT(text, Contains("! In another level like these the calibration slope is expected "
                              "between 0.10 and 0.90 (95%; 1 is right)") ||
                         Contains("! In another level like these the calibration slope is expected "
                                  "between 0.100 and 0.900 (95%; 1 is right)"));
    CHECK_THAT(text, Contains("- In another level like these the calibration in the large is"));
    CHECK_THAT(text, Contains("! Levels differ in calibration in the large by more than chance"));
    CHECK_THAT(text, !Contains("Levels differ in AUC"));
    CHECK_THAT(text, Contains("! By site, predictions are too low in B"));
    CHECK_THAT(
        text, Contains("! By site, fewer than 100 people") && Contains("behind the numbers of A:"));
    CHECK_THAT(text, Contains("- Pooled over levels, beside age, the score adds"));
    CHECK_THAT(text, Contains("! Do not read predictions of such a model as risks"));
    file.covariates.clear();
    CHECK_THAT(text_of(read_evaluation_aloud(file)), Contains("! The score was judged alone"));
    file.rows.clear();
    CHECK_THAT(text_of(read_evaluation_aloud(file)),
               Contains("! Whether predictions are right could not be judged"));
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

TEST_CASE("percent_with_interval: narrow intervals keep their ends apart", "[report]") {
    CHECK(percent_with_interval(0.5005, 0.5002, 0.5008) == "50.050% (50.020% to 50.080%)");
    CHECK(percent_with_interval(0.7, 0.6, 0.8) == "70.0% (60.0% to 80.0%)");
    CHECK(percent_with_interval(0.01, 0.001, 0.02) == "1.0% (0.10% to 2.0%)");
    CHECK(percent(0.123) == "12.3%");
    CHECK(percent(0.123, 0.0001) == "12.30%");
    CHECK(percent(-1e-9) == "-0.00%");
    CHECK(percent(0.5, 1e-300) == "50.000000000000%");
}

}  // namespace
}  // namespace maniple
