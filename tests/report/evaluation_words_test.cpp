#include "../src/report/evaluation_words.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

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
    CHECK(percent(-1e-9) == "-0.00%");
    CHECK(percent(0.5, 1e-300) == "50.000000000000%");
}

}  // namespace
}  // namespace maniple
