#include "maniple/linalg/semidefinite_solver.hpp"

#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

TEST_CASE("SemidefiniteSolver: solves, and gives forms of the inverse", "[linalg]") {
    SemidefiniteSolver const solver{{4, 2, 5, 0.4, 1, 3}, 3, 1e-12};
    CHECK(solver.rank() == 3);
    std::vector<double> x{4 * 1 + 2 * 2 + 0.4 * 3, 2 * 1 + 5 * 2 + 1 * 3, 0.4 * 1 + 1 * 2 + 3 * 3};
    std::vector<double> const b = x;
    solver.solve(x);
    CHECK(x[0] == Approx(1));
    CHECK(x[1] == Approx(2));
    CHECK(x[2] == Approx(3));
    CHECK(solver.inverse_form(b) == Approx(1 * b[0] + 2 * b[1] + 3 * b[2]));
}

TEST_CASE("SemidefiniteSolver: a row that others determine is left out", "[linalg]") {
    // Columns a, b, a + 2 b, 0 and c, with a'a = 2, b'b = 3, a'b = 1, c'c = 4 and c apart.
    std::vector<double> const triangle{2, 1, 3, 4, 7, 18, 0, 0, 0, 0, 0, 0, 0, 0, 4};
    SemidefiniteSolver const solver{triangle, 5, 1e-11};
    CHECK(solver.rank() == 3);
    CHECK(solver.is_left_out(2));
    CHECK(solver.is_left_out(3));
    std::vector<double> x{3, 4, 11, 0, 8};  // The first two: a + b.
    solver.solve(x);
    CHECK(x[0] == Approx(1));
    CHECK(x[1] == Approx(1));
    CHECK(x[2] == 0);
    CHECK(x[3] == 0);
    CHECK(x[4] == Approx(2));
    CHECK_THROWS_AS((SemidefiniteSolver{{1, 2}, 2, 0}), ContractViolation);
    CHECK_THROWS_AS((SemidefiniteSolver{{1}, 1, 1}), ContractViolation);
}

}  // namespace
}  // namespace maniple
