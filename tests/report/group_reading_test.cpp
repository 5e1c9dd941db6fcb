#include "report/read_rows.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;
using namespace test;

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

}  // namespace
}  // namespace maniple
