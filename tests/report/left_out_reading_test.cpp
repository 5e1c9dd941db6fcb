#include "report/read_rows.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;
using namespace test;

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

}  // namespace
}  // namespace maniple
