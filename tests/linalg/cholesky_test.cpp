#include "maniple/linalg/cholesky.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

TEST_CASE("factorize: L L' gives the matrix back", "[linalg]") {
    std::vector<double> const matrix{4, 2, 5, 0.4, 1, 3};
    auto factor = matrix;
    CHECK(factorize(factor, 3) == Approx((5.0 - 1.0) / 5.0));  // of the second row; third: 0.975
    for (int r = 0; r < 3; ++r) {
        for (int c = 0; c <= r; ++c) {
            double sum = 0;
            for (int k = 0; k <= c; ++k) {
                sum += factor[static_cast<std::size_t>(r * (r + 1) / 2 + k)] *
                       factor[static_cast<std::size_t>(c * (c + 1) / 2 + k)];
            }
            CHECK(sum == Approx(matrix[static_cast<std::size_t>(r * (r + 1) / 2 + c)]));
        }
    }
    std::vector<double> b{8, 9, 1};
    solve_lower(factor, b);  // |inverse(L) b|^2 = b' inverse(A) b
    CHECK(b[0] * 2 == Approx(8.0));
    CHECK(b[0] * factor[1] + b[1] * factor[2] == Approx(9.0));
}

TEST_CASE("factorize: says when a matrix is singular", "[linalg]") {
    std::vector<double> singular{1, 2, 4};
    CHECK(factorize(singular, 2) == 0);
    std::vector<double> zero{0};
    CHECK(factorize(zero, 1) == 0);
    CHECK_THROWS_AS(factorize(zero, 2), ContractViolation);
}

}  // namespace
}  // namespace maniple
