#include "maniple/trait/covariates.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("expand_covariates: levels become indicators against the first level", "[trait]") {
    std::vector<Column> const columns{{.name = "age", .values = {50, nan_value, 60}},
                                      {.name = "site",
                                       .type = ColumnType::categorical,
                                       .levels = {"A", "B", "C"},
                                       .values = {2, 0, nan_value}}};
    auto const covariates = expand_covariates(columns);
    REQUIRE(covariates.size() == 3);
    CHECK(covariates[0].name == "age");
    CHECK(covariates[1].name == "site=B");
    CHECK(covariates[2].name == "site=C");
    CHECK(covariates[1].values[0] == 0);
    CHECK(covariates[2].values[0] == 1);
    CHECK(covariates[2].values[1] == 0);
    CHECK(std::isnan(covariates[1].values[2]));
    CHECK(std::isnan(covariates[2].values[2]));
}

TEST_CASE("expand_covariates: one level is a constant that remembers who is missing", "[trait]") {
    std::vector<Column> const columns{{.name = "site",
                                       .type = ColumnType::categorical,
                                       .levels = {"A"},
                                       .values = {0, nan_value}}};
    auto const covariates = expand_covariates(columns);
    REQUIRE(covariates.size() == 1);
    CHECK(covariates[0].values[0] == 1);
    CHECK(std::isnan(covariates[0].values[1]));
}

}  // namespace
}  // namespace maniple
