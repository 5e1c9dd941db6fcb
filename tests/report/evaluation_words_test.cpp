#include "../src/report/evaluation_words.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

constexpr auto unknown = EvaluationRow::unknown;
constexpr auto infinite = std::numeric_limits<double>::infinity();

EvaluationRow row_of(RowKind kind, std::string metric, std::string factor = "",
                     std::string group = "all", std::string part = "") {
    EvaluationRow row;
    row.kind = kind;
    row.metric = std::move(metric);
    row.factor = std::move(factor);
    row.group = std::move(group);
    row.part = std::move(part);
    return row;
}

TEST_CASE("metric_label: every metric has one, others stay as they are", "[report]") {
    std::set<std::string> labels;
    for (auto m = 0; m <= static_cast<int>(Metric::brier_skill); ++m) {
        auto const name = to_string(Metric{static_cast<std::uint8_t>(m)});
        auto const label = metric_label(name);
        CHECK(label != name);
        CHECK(labels.insert(label).second);
    }
    CHECK(metric_label("auc") == "AUC");
    CHECK(metric_label("true_positive_rate") == "True positive rate");
    CHECK(metric_label("something_else") == "something_else");
}

TEST_CASE("useless_value, effect_metric_of, noun_of_cases: by outcome", "[report]") {
    CHECK(useless_value(Outcome::quantitative) == 0);
    CHECK(useless_value(Outcome::binary) == 0.5);
    CHECK(useless_value(Outcome::time_to_event) == 0.5);
    CHECK(effect_metric_of(Outcome::quantitative) == "effect_per_sd");
    CHECK(effect_metric_of(Outcome::binary) == "odds_ratio_per_sd");
    CHECK(effect_metric_of(Outcome::time_to_event) == "hazard_ratio_per_sd");
    CHECK(noun_of_cases(Outcome::binary) == "cases");
    CHECK(noun_of_cases(Outcome::time_to_event) == "events");
}

TEST_CASE("short_number: three digits, three decimals of small numbers", "[report]") {
    CHECK(short_number(723.4) == "723");
    CHECK(short_number(72.34) == "72.3");
    CHECK(short_number(7.234) == "7.23");
    CHECK(short_number(0.7234) == "0.723");
    CHECK(short_number(-0.0014) == "-0.001");
    CHECK(short_number(0.00054321) == "5.43e-04");
    CHECK(short_number(999'999) == "999999");
    CHECK(short_number(-1'234'567) == "-1.23e+06");
    CHECK(short_number(-0.0) == "0");
    CHECK(short_number(unknown).empty());
    CHECK(short_number(infinite).empty());
}

TEST_CASE("short_number: two numbers a step apart differ, of any size", "[report]") {
    std::mt19937_64 chance{3};
    std::uniform_real_distribution<double> uniform{0, 1};
    for (int i = 0; i < 20'000; ++i) {
        auto const value = std::pow(10, 20 * uniform(chance) - 10);
        // Doubles tell about 15 digits apart.
        auto const step = value * std::pow(10, -13 * uniform(chance));
        CAPTURE(value, step);
        REQUIRE(short_number(value, step) != short_number(value + step, step));
    }
}

TEST_CASE("step_of, given_number: as an interval and a person have them", "[report]") {
    CHECK(step_of(1, 3) == Approx(0.2));
    CHECK(given_number(5) == "5.00");
    CHECK(given_number(0.1234567) == "0.123457");
    CHECK(given_number(10.25) == "10.25");
    CHECK(given_number(2'500'000) == "2.50e+06");
    CHECK(given_number(2'534'000) == "2.534e+06");
    CHECK(given_number(0) == "0");
    CHECK(given_number(unknown).empty());
}

TEST_CASE("percent: one decimal, two under one percent, no sign of zero", "[report]") {
    CHECK(percent(0.1234) == "12.3%");
    CHECK(percent(1) == "100.0%");
    CHECK(percent(0) == "0.0%");
    CHECK(percent(-0.0) == "0.0%");
    CHECK(percent(0.00987) == "0.99%");
    CHECK(percent(0.01) == "1.0%");
    CHECK(percent(-0.0012) == "-0.12%");
    CHECK(percent(1e-7) == "0.00%");
    CHECK(percent(-1e-7) == "0.00%");
    CHECK(percent(unknown).empty());
    CHECK(percent(infinite).empty());
}

TEST_CASE("with_interval: the interval where there is one", "[report]") {
    CHECK(with_interval(0.72, unknown, unknown) == "0.720");
    CHECK(with_interval(0.72, 0.68, infinite) == "0.720");
    CHECK(with_interval(unknown, 0.68, 0.76).empty());
    CHECK(percent_with_interval(0.123, 0.1, 0.15) == "12.3% (10.0% to 15.0%)");
    CHECK(percent_with_interval(0.123, unknown, 0.15) == "12.3%");
    CHECK(percent_with_interval(unknown, 0.1, 0.15).empty());
}

TEST_CASE("value_of: numbers of lines that have some, else the status", "[report]") {
    auto row = row_of(RowKind::estimate, "auc");
    row.estimate = 0.72;
    row.lower = 0.68;
    row.upper = 0.76;
    CHECK(value_of(row) == "0.720 (0.680 to 0.760)");
    row.status = "reference";
    CHECK(value_of(row) == "0.720 (0.680 to 0.760)");
    row.status = "suppressed";
    CHECK(value_of(row) == "suppressed");
}

TEST_CASE("count_text, name_of_part, p_in_words: what is not known is not told", "[report]") {
    CHECK(count_text(-1).empty());
    CHECK(count_text(0) == "0");
    CHECK(count_text(12'345) == "12,345");
    CHECK(name_of_part("fifth 1") == "lowest fifth");
    CHECK(name_of_part("fifth 3") == "middle fifth");
    CHECK(name_of_part("fifth 5") == "highest fifth");
    CHECK(name_of_part("tenth 5") == "tenth 5");
    CHECK(p_in_words(0) == "p = 1");
    CHECK(p_in_words(-std::log10(0.003)) == "p = 0.003");
    CHECK(p_in_words(-std::log10(0.00012)) == "p = 1.2e-04");
    CHECK(p_in_words(300) == "p = 1.0e-300");
    CHECK(p_in_words(400.25) == "p = 5.6e-401");
    CHECK(p_in_words(unknown).empty());
}

TEST_CASE("find_rows: by kind and factor, and what else is named, in their order", "[report]") {
    EvaluationFile file;
    file.rows = {row_of(RowKind::estimate, "auc"),
                 row_of(RowKind::estimate, "auc", "site", "A"),
                 row_of(RowKind::estimate, "brier", "site", "A"),
                 row_of(RowKind::gap, "auc", "site", "B", "less A"),
                 row_of(RowKind::estimate, "auc", "site", "B"),
                 row_of(RowKind::outcome, "observed", "", "all", "fifth 1"),
                 row_of(RowKind::outcome, "observed", "", "all", "fifth 2")};
    auto const places = [&](RowWanted const& wanted) {
        std::vector<std::ptrdiff_t> found;
        for (auto const* row : find_rows(file, wanted)) found.push_back(row - file.rows.data());
        return found;
    };
    using Places = std::vector<std::ptrdiff_t>;
    CHECK(places({}) == Places{0});
    CHECK(places({.factor = "site"}) == Places{1, 2, 4});
    CHECK(places({.metric = "auc", .factor = "site"}) == Places{1, 4});
    CHECK(places({.factor = "site", .group = "A"}) == Places{1, 2});
    CHECK(places({.kind = RowKind::gap, .factor = "site"}) == Places{3});
    CHECK(places({.kind = RowKind::outcome}) == Places{5, 6});
    CHECK(places({.kind = RowKind::outcome, .part = "fifth 2"}) == Places{6});
    CHECK(places({.factor = "sex"}).empty());
    CHECK(find_row(file, {.factor = "site", .group = "B"}) == &file.rows[4]);
    CHECK(find_row(file, {.metric = "r2"}) == nullptr);
    CHECK(list_factors(file) == std::vector<std::string>{"site"});
}

TEST_CASE("list_factors: those with estimates, once, in their order", "[report]") {
    EvaluationFile file;
    file.rows = {row_of(RowKind::estimate, "auc"), row_of(RowKind::gap, "auc", "age", "old"),
                 row_of(RowKind::estimate, "auc", "site", "A"),
                 row_of(RowKind::estimate, "auc", "sex", "1"),
                 row_of(RowKind::estimate, "auc", "site", "B")};
    CHECK(list_factors(file) == std::vector<std::string>{"site", "sex"});
}

TEST_CASE("has_interval: of a line that has both ends", "[report]") {
    auto row = row_of(RowKind::estimate, "auc");
    CHECK_FALSE(has_interval(nullptr));
    CHECK_FALSE(has_interval(&row));
    row.lower = 0.5;
    CHECK_FALSE(has_interval(&row));
    row.upper = 0.7;
    CHECK(has_interval(&row));
    row.status = "separated";
    CHECK_FALSE(has_interval(&row));
}

TEST_CASE("hazard_ratio_observed: the line's level at its centre, of times to events", "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::time_to_event;
    CHECK_FALSE(hazard_ratio_observed(file));
    // exp(-2 + 3) times what is predicted; a standard error of 0.2.
    file.curves.line = CalibrationLine{.centre = -3,
                                       .level = -2,
                                       .slope = 0.5,
                                       .level_variance = 0.04,
                                       .covariance = 9,
                                       .slope_variance = 9};
    auto const ratio = hazard_ratio_observed(file);
    REQUIRE(ratio);
    CHECK(ratio->value == Approx(std::exp(1)));
    CHECK(ratio->lower == Approx(std::exp(1 - 1.959963984540054 * 0.2)));
    CHECK(ratio->upper == Approx(std::exp(1 + 1.959963984540054 * 0.2)));
    file.curves.line->status = FitStatus::not_converged;
    CHECK_FALSE(hazard_ratio_observed(file));
    file.curves.line->status = FitStatus::ok;
    file.outcome = Outcome::binary;
    CHECK_FALSE(hazard_ratio_observed(file));
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

TEST_CASE("percent_with_interval: narrow intervals keep their ends apart", "[report]") {
    CHECK(percent_with_interval(0.5005, 0.5002, 0.5008) == "50.050% (50.020% to 50.080%)");
    CHECK(percent_with_interval(0.7, 0.6, 0.8) == "70.0% (60.0% to 80.0%)");
    CHECK(percent_with_interval(0.01, 0.001, 0.02) == "1.0% (0.10% to 2.0%)");
    CHECK(percent(0.123) == "12.3%");
    CHECK(percent(0.123, 0.0001) == "12.30%");
    CHECK(percent(-1e-9) == "0.00%");
    CHECK(percent(0.5, 1e-300) == "50.000000000000%");
}

}  // namespace
}  // namespace maniple
