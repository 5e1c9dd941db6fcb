#include "../src/report/number_words.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

constexpr auto unknown = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("p_value_text: plain from 0.001 on, else a power of ten", "[report]") {
    CHECK(p_value_text(0) == "1");
    CHECK(p_value_text(-std::log10(0.05)) == "0.05");
    CHECK(p_value_text(-std::log10(0.0012)) == "0.0012");
    CHECK(p_value_text(-std::log10(5e-8)) == "5.0e-08");
    CHECK(p_value_text(-std::log10(3.24e-20)) == "3.2e-20");
    CHECK(p_value_text(unknown).empty());
    CHECK(p_value_text(std::numeric_limits<double>::infinity()) == "0");
}

TEST_CASE("p_value_text: p-values that no double holds", "[report]") {
    CHECK(p_value_text(400.5) == "3.2e-401");  // The root of 10 is 3.162.
    CHECK(p_value_text(1000) == "1.0e-1000");
}

TEST_CASE("p_value_text: what rounds to ten is one of the next power", "[report]") {
    CHECK(p_value_text(-std::log10(9.94e-9)) == "9.9e-09");
    CHECK(p_value_text(-std::log10(9.96e-9)) == "1.0e-08");
    CHECK(p_value_text(-std::log10(9.97e-4)) == "1.0e-03");
    CHECK(p_value_text(8) == "1.0e-08");
}

TEST_CASE("number_text: so many significant digits", "[report]") {
    CHECK(number_text(1234.56) == "1235");
    CHECK(number_text(-0.0123456) == "-0.01235");
    CHECK(number_text(0.0123456, 2) == "0.012");
    CHECK(number_text(2) == "2");
    CHECK(number_text(12345.6, 3) == "1.23e+04");
    CHECK(number_text(unknown).empty());
}

TEST_CASE("number_cell, count_cell: text alone", "[report]") {
    CHECK(number_cell(0.123456, 3).text == "0.123");
    CHECK_FALSE(number_cell(0.5).sort_value);
    CHECK(number_cell(unknown).text.empty());
    CHECK(count_cell(0).text == "0");
    CHECK(count_cell(999).text == "999");
    CHECK(count_cell(1'234'567).text == "1,234,567");
}

TEST_CASE("p_cell: sorts by log10 p, the smallest p first", "[report]") {
    CHECK(p_cell(8).text == "1.0e-08");
    CHECK(p_cell(8).sort_value == "-8");
    CHECK(p_cell(1.30103).sort_value == "-1.30103");
    // As doubles both would be 0.
    CHECK(std::stod(*p_cell(401.25).sort_value) < std::stod(*p_cell(400.5).sort_value));
    CHECK(p_cell(unknown).text.empty());
    CHECK_FALSE(p_cell(unknown).sort_value);
}

}  // namespace
}  // namespace maniple
