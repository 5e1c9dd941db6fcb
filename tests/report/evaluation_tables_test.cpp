#include "../src/report/evaluation_tables.hpp"

#include <set>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;

EvaluationRow row_of(RowKind kind, std::string metric, std::string group, std::string part) {
    EvaluationRow row;
    row.kind = kind;
    row.metric = std::move(metric);
    row.factor = "sex";
    row.group = std::move(group);
    row.part = std::move(part);
    row.estimate = 0.25;
    row.lower = 0.2;
    row.upper = 0.3;
    return row;
}

TEST_CASE("rates_table: columns have names of their own, and the reference is named", "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::binary;
    for (auto const* metric : {"true_positive_rate", "false_positive_rate"}) {
        for (auto const* sex : {"F", "M"}) {
            file.rows.push_back(row_of(RowKind::threshold, metric, sex, "top=0.1"));
        }
        file.rows.push_back(row_of(RowKind::gap, metric, "M", "top=0.1, less F"));
    }
    auto everybody = row_of(RowKind::threshold, "true_positive_rate", "all", "top=0.1");
    everybody.factor.clear();
    file.rows.push_back(everybody);
    auto const table = rates_table(file);
    std::set<std::string> titles;
    for (auto const& column : table.columns) titles.insert(column.title);
    CHECK(titles.size() == table.columns.size());
    REQUIRE(table.rows.size() == 3);
    for (std::size_t gap : {4, 6}) {
        CHECK(table.rows[0].cells[gap].text == "reference");
        CHECK(table.rows[1].cells[gap].text == "0.250 (0.200 to 0.300)");
        CHECK(table.rows[2].cells[gap].text.empty());
    }
}

TEST_CASE("contrasts_table: a difference is of something", "[report]") {
    EvaluationFile file;
    file.trait = "height";
    file.outcome = Outcome::quantitative;
    auto row = row_of(RowKind::quantile, "difference", "all", "fifth 1");
    row.factor.clear();
    file.rows = {row};
    CHECK(contrasts_table(file).columns.back().title == "Difference in height");
    file.rows[0].metric = "odds_ratio";
    CHECK(contrasts_table(file).columns.back().title == "Odds ratio");
}

TEST_CASE("histogram_table: says what people are counted by", "[report]") {
    PeopleHistogram histogram{
        .scale = HistogramScale::score, .step = 1, .bounds = {0}, .counts = {5, 6}};
    CHECK(histogram_table(histogram).caption == "People by score");
    histogram.scale = HistogramScale::predicted_value;
    CHECK(histogram_table(histogram).caption == "People by predicted value");
    histogram.scale = HistogramScale::predicted_risk;
    CHECK(histogram_table(histogram).caption == "People by predicted risk");
}

TEST_CASE("incidence_table: says what it leaves out of account", "[report]") {
    CHECK_THAT(incidence_table(EvaluationFile{}).caption,
               Contains("as if nobody died of anything else"));
}

}  // namespace
}  // namespace maniple
