#include "maniple/run/column_choice.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "scratch_cohort.hpp"

namespace maniple {
namespace {

using Catch::Matchers::Contains;

std::vector<std::string> labels(std::vector<TraitReference> const& traits) {
    std::vector<std::string> all;
    for (auto const& trait : traits) all.push_back(trait.reference.label);
    return all;
}

TEST_CASE("list_columns: names that two tables share carry their table", "[run]") {
    test::ScratchCohort const scratch;
    std::vector<std::string> all;
    for (auto const& column : list_columns(StoreTables{scratch.open()}))
        all.push_back(column.label);
    CHECK(all == std::vector<std::string>{"clinic.height", "case", "site", "lab.height", "age"});
}

TEST_CASE("choose_traits: names, patterns and all, without covariates and categories", "[run]") {
    test::ScratchCohort const scratch;
    auto const columns = list_columns(StoreTables{scratch.open()});
    auto const covariates = choose_covariates(columns, {"age", "site"});
    using Labels = std::vector<std::string>;
    CHECK(labels(choose_traits(columns, {"all"}, covariates)) ==
          Labels{"clinic.height", "case", "lab.height"});
    CHECK(labels(choose_traits(columns, {"lab.*"}, covariates)) == Labels{"lab.height"});
    CHECK(labels(choose_traits(columns, {"h*ght", "case"}, {})) ==
          Labels{"clinic.height", "lab.height", "case"});
    auto const both = choose_traits(columns, {"all", "case"}, covariates);
    CHECK(both.size() == 3);
    CHECK(both[1].asked == Asked::by_name);
    CHECK(both[0].asked == Asked::by_pattern);
}

TEST_CASE("choose_traits: explains what cannot be chosen", "[run]") {
    test::ScratchCohort const scratch;
    auto const columns = list_columns(StoreTables{scratch.open()});
    auto const covariates = choose_covariates(columns, {"age"});
    auto const choose = [&](std::string const& word) {
        choose_traits(columns, {word}, covariates);
    };
    CHECK_THROWS_WITH(choose("height"), Contains("clinic.height") && Contains("lab.height"));
    CHECK_THROWS_WITH(choose("csae"), Contains("did you mean 'case'"));
    CHECK_THROWS_WITH(choose("site"), Contains("categorical"));
    CHECK_THROWS_WITH(choose("age"), Contains("both a trait and a covariate"));
    CHECK_THROWS_WITH(choose("x*"), Contains("fits no numeric column"));
    CHECK_THROWS_AS(choose_covariates(columns, {"age", "lab.age"}), UserError);
}

TEST_CASE("choose_tested_traits: TIME:EVENT names a pair, once", "[run]") {
    test::ScratchCohort const scratch;
    auto const columns = list_columns(StoreTables{scratch.open()});
    auto const covariates = choose_covariates(columns, {"age"});
    auto const choose = [&](std::vector<std::string> const& words) {
        return choose_tested_traits(columns, words, covariates);
    };
    using Labels = std::vector<std::string>;
    auto const chosen = choose({"lab.height:case", "all", "lab.height:clinic.case", "case"});
    CHECK(labels(chosen) == Labels{"lab.height:case", "clinic.height", "case", "lab.height"});
    CHECK(chosen[0].asked == Asked::by_name);
    CHECK(chosen[2].asked == Asked::by_name);
    REQUIRE(chosen[0].reference.event);
    CHECK(chosen[0].reference.event->table == "clinic");
    CHECK(chosen[0].reference.event->position == 1);
    CHECK(outcome_of(chosen[0].reference) == Outcome::time_to_event);
    CHECK(outcome_of(chosen[1].reference) == Outcome::quantitative);
    CHECK(outcome_of(chosen[2].reference) == Outcome::binary);
    CHECK_THROWS_WITH(choose({"height:case"}), Contains("clinic.height"));
    CHECK_THROWS_WITH(choose({"lab.height:csae"}), Contains("did you mean 'case'"));
    CHECK_THROWS_WITH(choose({"lab.height:site"}), Contains("categorical"));
    CHECK_THROWS_WITH(choose({"age:case"}), Contains("both a trait and a covariate"));
    CHECK_THROWS_WITH(choose({"case:case"}), Contains("one column"));
}

TEST_CASE("choose_covariates: patterns take every kind of column, once", "[run]") {
    test::ScratchCohort const scratch;
    auto const columns = list_columns(StoreTables{scratch.open()});
    auto const chosen = choose_covariates(columns, {"case", "clinic.*", "a?e"});
    REQUIRE(chosen.size() == 4);
    CHECK(chosen[0].label == "case");
    CHECK(chosen[1].label == "clinic.height");
    CHECK(chosen[2].label == "site");
    CHECK(chosen[3].label == "age");
    CHECK_THROWS_AS(choose_covariates(columns, {"pc*"}), UserError);
}

TEST_CASE("load_column: has the values and the description of the column", "[run]") {
    test::ScratchCohort const scratch;
    auto const cohort = scratch.open();
    StoreTables const tables{cohort};
    for (auto const& reference : list_columns(tables)) {
        auto const table = cohort.read_table(reference.table);
        auto const& expected = table.columns[reference.position];
        auto const loaded = load_column(tables, reference, 40);
        CHECK(loaded.name == expected.name);
        CHECK(loaded.type == expected.type);
        CHECK(loaded.levels == expected.levels);
        REQUIRE(loaded.values.size() == 40);
        for (std::size_t s = 0; s < 40; ++s) {
            CHECK((loaded.values[s] == expected.values[s] || s == 7));
        }
        CHECK(std::isnan(loaded.values[7]));
    }
}

TEST_CASE("load_column: levels that few people share must not be their IDs", "[run]") {
    test::ScratchCohort const scratch;
    auto const cohort = scratch.open();
    auto const& samples = cohort.samples();
    auto const load = [&](std::string const& level, std::size_t people) {
        Column column{.name = "mother",
                      .type = ColumnType::categorical,
                      .levels = {level, "\x7f"},
                      .values = std::vector<double>(40, 1)};
        std::fill_n(column.values.begin(), people, 0.0);
        Table const table{.name = "kin", .source = {}, .rows = {}, .columns = {column}};
        write_table(cohort.path(), cohort.index(), table, ExistingTable::replace);
        StoreTables const tables{cohort};
        load_column(tables, choose_covariates(list_columns(tables), {"mother"})[0], 40);
    };
    CHECK_THROWS_WITH(load(samples.ids[3], 4),
                      Contains("column 'mother' holds IDs of people") && !Contains(samples.ids[3]));
    CHECK_THROWS_AS(load(samples.ids[3], 1), UserError);
    CHECK_NOTHROW(load(samples.ids[3], 5));
    CHECK_NOTHROW(load("A", 1));
    CHECK_NOTHROW(load("0", 1));
}

}  // namespace
}  // namespace maniple
