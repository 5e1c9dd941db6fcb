#include "../src/run/person_groups.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

EvaluationRow row_of(std::string metric, double estimate, double lower, double upper) {
    EvaluationRow row;
    row.metric = std::move(metric);
    row.factor = "site";
    row.group = "A";
    row.estimate = estimate;
    row.lower = lower;
    row.upper = upper;
    row.samples = 200;
    return row;
}

TEST_CASE("check_group: validated is better than a useless score alone", "[run]") {
    using Status = GroupCheck::Status;
    EvaluationFile file;
    file.outcome = Outcome::binary;
    file.rows = {row_of("auc", 0.7, 0.6, 0.8)};
    CHECK(check_group(file, "site", "A").status == Status::validated);
    CHECK(check_group(file, "site", "B").status == Status::nobody);
    for (auto lower : {0.31, 0.5}) {
        file.rows = {row_of("auc", 0.52, lower, 0.7)};
        CHECK(check_group(file, "site", "A").status == Status::not_better);
    }
    file.rows = {row_of("auc", 0.7, EvaluationRow::unknown, EvaluationRow::unknown)};
    CHECK(check_group(file, "site", "A").status == Status::not_judged);
    file.rows = {row_of("all", 0, 0, 0)};
    file.rows[0].status = "suppressed";
    CHECK(check_group(file, "site", "A").status == Status::not_told);
}

TEST_CASE("check_group: of R^2 the effect in the group decides", "[run]") {
    using Status = GroupCheck::Status;
    EvaluationFile file;
    file.outcome = Outcome::quantitative;
    file.rows = {row_of("r2", 0.02, 0.001, 0.05), row_of("effect_per_sd", 0.3, 0.1, 0.5)};
    CHECK(check_group(file, "site", "A").status == Status::validated);
    file.rows[1].lower = -0.1;
    CHECK(check_group(file, "site", "A").status == Status::not_better);
    file.rows[1] = row_of("effect_per_sd", 0.3, 0.1, 0.5);
    file.rows[1].group = "B";
    CHECK(check_group(file, "site", "A").status == Status::not_better);
}

}  // namespace
}  // namespace maniple
