#include "maniple/core/matrix_view.hpp"

#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("MatrixView: row-major, rows a stride apart, writes through", "[core]") {
    std::vector<int> values(10);
    std::iota(values.begin(), values.end(), 0);
    MatrixView<int> const matrix{values.data(), 2, 3, 5};

    CHECK(matrix.rows() == 2);
    CHECK(matrix.columns() == 3);
    CHECK(matrix.row_stride() == 5);
    CHECK(matrix(0, 2) == 2);
    CHECK(matrix(1, 0) == 5);
    CHECK(matrix.row(1).size() == 3);
    CHECK(matrix.row(1)[2] == 7);
    matrix(1, 1) = -1;
    CHECK(values[6] == -1);
}

TEST_CASE("MatrixView: without a stride rows follow each other", "[core]") {
    std::vector<double> values{1, 2, 3, 4, 5, 6};
    CHECK(MatrixView<double>{values.data(), 3, 2}(2, 1) == 6);
}

TEST_CASE("MatrixView: serves as a view of constants", "[core]") {
    std::vector<double> values{1, 2, 3, 4};
    MatrixView<double> const writable{values.data(), 2, 2};
    MatrixView<double const> const constant = writable;
    CHECK(constant(1, 0) == 3);
    CHECK(constant.data() == values.data());
    CHECK(constant.row_stride() == 2);
}

TEST_CASE("MatrixView: rows before the first and after the last do not exist", "[core]") {
    std::vector<int> values(4);
    MatrixView<int> const matrix{values.data(), 2, 2};
    CHECK_THROWS_AS(matrix.row(-1), ContractViolation);
    CHECK_THROWS_AS(matrix.row(2), ContractViolation);
}

TEST_CASE("MatrixView: refuses negative extents and rows that overlap", "[core]") {
    std::vector<int> values(4);
    CHECK_THROWS_AS((MatrixView<int>{values.data(), -1, 2}), ContractViolation);
    CHECK_THROWS_AS((MatrixView<int>{values.data(), 1, -2, 2}), ContractViolation);
    CHECK_THROWS_AS((MatrixView<int>{values.data(), 2, 2, 1}), ContractViolation);
    CHECK_NOTHROW(MatrixView<int>{nullptr, 0, 0});
}

}  // namespace
}  // namespace maniple
