#include "maniple/linalg/orthonormal_basis.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

TEST_CASE("OrthonormalBasis: columns are orthonormal to rounding", "[linalg]") {
    OrthonormalBasis basis{50};
    std::vector<double> power(50, 1.0);
    for (int degree = 0; degree < 6; ++degree) {  // powers: badly conditioned
        REQUIRE(basis.add(power) == OrthonormalBasis::Outcome::added);
        for (std::size_t i = 0; i < 50; ++i) power[i] *= 100.0 + static_cast<double>(i);
    }
    for (int a = 0; a < 6; ++a) {
        for (int b = 0; b <= a; ++b) {
            CHECK(dot(basis.column(a), basis.column(b)) == Approx(a == b).margin(1e-14));
        }
    }
}

TEST_CASE("OrthonormalBasis: leaves out a column that others explain", "[linalg]") {
    OrthonormalBasis basis{4};
    basis.add(std::vector<double>{1, 1, 1, 1});
    basis.add(std::vector<double>{0, 1, 2, 3});
    CHECK(basis.add(std::vector<double>{5, 7, 9, 11}) == OrthonormalBasis::Outcome::collinear);
    CHECK(basis.add(std::vector<double>{0, 0, 0, 0}) == OrthonormalBasis::Outcome::collinear);
    CHECK(basis.columns() == 2);
}

TEST_CASE("OrthonormalBasis: a large mean does not hide variation", "[linalg]") {
    OrthonormalBasis basis{4};
    basis.add(std::vector<double>{1, 1, 1, 1});
    CHECK(basis.add(std::vector<double>(4, 1.6e9)) == OrthonormalBasis::Outcome::collinear);
    CHECK(basis.add(std::vector<double>{1.6e9, 1.6e9 + 60, 1.6e9 + 20, 1.6e9}) ==
          OrthonormalBasis::Outcome::added);
    CHECK(dot(basis.column(0), basis.column(1)) == Approx(0).margin(1e-8));
}

TEST_CASE("OrthonormalBasis: residuals of a line are zero", "[linalg]") {
    OrthonormalBasis basis{4};
    basis.add(std::vector<double>{1, 1, 1, 1});
    basis.add(std::vector<double>{0, 1, 2, 3});
    std::vector<double> line{5, 7, 9, 12};
    basis.residualize(line);
    // Least squares of (0, 0, 0, 1) on a line, by hand: residuals (0.2, -0.1, -0.4, 0.3).
    CHECK(line[0] == Approx(0.2));
    CHECK(line[1] == Approx(-0.1));
    CHECK(line[2] == Approx(-0.4));
    CHECK(line[3] == Approx(0.3));
    CHECK_THROWS_AS(basis.add(std::vector<double>{1.0}), ContractViolation);
}

}  // namespace
}  // namespace maniple
