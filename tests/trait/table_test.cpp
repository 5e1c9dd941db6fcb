#include "maniple/trait/table.hpp"

#include <limits>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("Column: counts the samples with a value", "[table]") {
    Column column;
    column.values = {1.5, missing, 0, -9, missing};
    CHECK(column.type == ColumnType::quantitative);
    CHECK(column.observed() == 3);  // 0 and -9 are numbers like any other
    column.values = {missing, missing};
    CHECK(column.observed() == 0);
    column.values.clear();
    CHECK(column.observed() == 0);
}

TEST_CASE("Column: infinities count as values", "[table]") {
    Column column;
    column.values = {std::numeric_limits<double>::infinity(), missing};
    CHECK(column.observed() == 1);
}

TEST_CASE("to_string: the name of each type of column, whose numbers are stored", "[table]") {
    CHECK(to_string(ColumnType::quantitative) == "quantitative");
    CHECK(to_string(ColumnType::binary) == "binary");
    CHECK(to_string(ColumnType::categorical) == "categorical");
    CHECK(static_cast<int>(ColumnType::quantitative) == 0);
    CHECK(static_cast<int>(ColumnType::binary) == 1);
    CHECK(static_cast<int>(ColumnType::categorical) == 2);
}

}  // namespace
}  // namespace maniple
