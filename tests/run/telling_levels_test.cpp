#include "../../src/run/telling_levels.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

Column categorical(std::string name, std::vector<std::string> levels, std::vector<double> values) {
    return {std::move(name), ColumnType::categorical, std::move(levels), std::move(values)};
}

SampleMask everybody(std::int64_t samples) {
    SampleMask all{samples};
    for (SampleIndex s{0}; s.get() < samples; ++s) all.insert(s);
    return all;
}

std::int64_t count_missing(std::vector<double> const& values) {
    std::int64_t count = 0;
    for (double value : values) count += std::isnan(value) ? 1 : 0;
    return count;
}

TEST_CASE("TellingLevels: people of levels without cases, or without controls, are left out") {
    auto const site = categorical("site", {"a", "b", "c"}, {0, 0, 0, 1, 1, 2, 2, 2});
    std::vector<Column> const covariates{site};
    std::vector<double> const status{0, 1, 0, 0, 0, 1, 1, 1};
    auto values = status;
    auto const told = TellingLevels{covariates}.leave_out(everybody(8), status,
                                                          Telling::cases_or_controls, values);
    REQUIRE(told.size() == 1);
    CHECK(told[0].covariate == "site");
    CHECK(told[0].count == 5);
    CHECK(count_missing(values) == 5);
    CHECK(!std::isnan(values[0]));

    // Events at all times of a level are no separation.
    values = {3, 1, 4, 1, 5, 9, 2, 6};
    CHECK(TellingLevels{covariates}
              .leave_out(everybody(8), status, Telling::events, values)[0]
              .count == 2);
    CHECK(std::isnan(values[3]));
    CHECK(!std::isnan(values[7]));
}

TEST_CASE("TellingLevels: what one level leaves may make another tell") {
    // Women have no cases but at site a, which has no controls but women.
    Column const sex{"sex", ColumnType::binary, {}, {0, 0, 1, 1, 1, 0, 0}};
    auto const site = categorical("site", {"a", "b"}, {0, 0, 0, 1, 1, 1, 1});
    std::vector<double> const status{0, 0, 1, 0, 0, 0, 1};
    auto values = status;
    std::vector<Column> const covariates{sex, site};
    TellingLevels const levels{covariates};
    CHECK(levels.leave_out(everybody(7), status, Telling::cases_or_controls, values).empty());
    values[2] = missing;  // Then nobody at site a is a case, and so no man is.
    auto const told = levels.leave_out(everybody(7), values, Telling::cases_or_controls, values);
    REQUIRE(told.size() == 2);
    CHECK(told[0].covariate == "sex");
    CHECK(told[0].count == 2);
    CHECK(told[1].covariate == "site");
    CHECK(told[1].count == 2);
    CHECK(count_missing(values) == 5);
}

TEST_CASE("TellingLevels: nothing is done where nobody would be left, or where nothing tells") {
    Column const sex{"sex", ColumnType::binary, {}, {0, 0, 1, 1}};
    Column const age{"age", ColumnType::quantitative, {}, {40, 50, 60, 70}};
    std::vector<double> const status{0, 0, 1, 1};
    for (auto const& covariates :
         {std::vector<Column>{sex}, std::vector<Column>{age}, std::vector<Column>{}}) {
        auto values = status;
        CHECK(TellingLevels{covariates}
                  .leave_out(everybody(4), status, Telling::cases_or_controls, values)
                  .empty());
        CHECK(count_missing(values) == 0);
    }
}

TEST_CASE("TellingLevels: who is missing or outside the base counts for nothing") {
    Column const sex{"sex", ColumnType::binary, {}, {0, 0, 0, 1, 1, missing}};
    std::vector<double> const status{0, 1, 0, 0, 1, 1};
    SampleMask base{6};
    for (std::int64_t s : {0, 1, 2, 3, 4}) base.insert(SampleIndex{s});
    auto values = status;
    values[4] = missing;
    std::vector<Column> const covariates{sex};
    auto const told =
        TellingLevels{covariates}.leave_out(base, status, Telling::cases_or_controls, values);
    REQUIRE(told.size() == 1);
    CHECK(told[0].count == 1);
    CHECK(count_missing(values) == 2);
    CHECK(values[5] == 1);
}

}  // namespace
}  // namespace maniple
