#include "maniple/linalg/fixed_point.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

std::vector<double> normal_column(std::size_t size, double outlier) {
    std::mt19937_64 random{3};
    std::normal_distribution<double> normal;
    std::vector<double> column(size);
    for (double& value : column) value = normal(random);
    column[size / 2] = outlier;
    return column;
}

TEST_CASE("choose_fixed_point: uses the whole range of the integers", "[linalg]") {
    auto const format = choose_fixed_point(normal_column(1000, -40.0));
    CHECK(format.limbs == 4);
    CHECK(to_fixed(-40.0, format) == -2139062143);
    CHECK(choose_fixed_point(std::vector<double>(5, 0.0)).scale == 1);
}

TEST_CASE("FixedPointMatrix: rounds to half a step and its digits spell the integer", "[linalg]") {
    auto const column = normal_column(500, GENERATE(3.0, -3.0, 1e5, -1e-300));
    auto const format = choose_fixed_point(column);
    FixedPointMatrix matrix{500, {format}};
    matrix.set_column(0, column);

    for (std::int64_t s = 0; s < 500; ++s) {
        double const back = matrix(s, 0) / format.scale;
        REQUIRE(std::abs(back - column[static_cast<std::size_t>(s)]) <= 0.5000001 / format.scale);
        std::vector<std::int64_t> digits;
        for (auto digit : matrix.digits().row(s)) digits.push_back(digit);
        std::vector<std::int64_t> sum(1);
        matrix.combine(digits, sum);
        REQUIRE(sum[0] == matrix(s, 0));
    }
}

TEST_CASE("FixedPointMatrix: refuses a value its scale cannot hold", "[linalg]") {
    FixedPointMatrix matrix{1, {FixedPoint{.scale = 1e7, .limbs = 3}}};
    CHECK_THROWS_AS(matrix.set_column(0, std::vector{1.0}), ContractViolation);
    CHECK_THROWS_AS(matrix.set_column(1, std::vector{0.0}), ContractViolation);
    CHECK_THROWS_AS(matrix.set_column(0, std::vector{0.0, 0.0}), ContractViolation);
}

}  // namespace
}  // namespace maniple
