#include "maniple/linalg/dense_matrix.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/linalg/dense_forms.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// A matrix whose rows lie further apart than they are long; the gaps hold NaN, to be noticed.
template <class T>
class Matrix {
public:
    Matrix(std::int64_t rows, std::int64_t columns, std::uint64_t seed)
        : rows_{rows},
          columns_{columns},
          values_(static_cast<std::size_t>(rows * stride()), std::numeric_limits<T>::quiet_NaN()) {
        std::mt19937_64 random{seed};
        std::normal_distribution<T> normal;
        for (std::int64_t r = 0; r < rows; ++r) {
            for (auto& value : view().row(r)) value = normal(random);
        }
    }
    std::int64_t stride() const { return columns_ + 3; }
    MatrixView<T> view() { return {values_.data(), rows_, columns_, stride()}; }
    MatrixView<T const> view() const { return {values_.data(), rows_, columns_, stride()}; }
    std::vector<std::uint64_t> bits() const {
        std::vector<std::uint64_t> all;
        for (auto value : values_) all.push_back(std::bit_cast<std::uint64_t>(value));
        return all;
    }

private:
    std::int64_t rows_;
    std::int64_t columns_;
    std::vector<T> values_;
};

using Doubles = Matrix<double>;
using Floats = Matrix<float>;

struct Shape {
    std::int64_t rows;
    std::int64_t columns;
    std::int64_t inner;
};

constexpr Shape shapes[] = {{1, 1, 1},     {3, 5, 0},     {0, 4, 5},    {4, 0, 5},
                            {8, 24, 192},  {9, 25, 193},  {97, 23, 50}, {7, 31, 400},
                            {100, 769, 5}, {33, 100, 64}, {1, 415, 77}, {415, 1, 77}};

// sum = fma(sign w(k) a(i, k), b(k, j), sum) over the chosen k, as the header states.
void add_by_hand(double sign, MatrixView<double const> a, MatrixView<double const> b,
                 MatrixView<double> result, InnerTerms const& terms) {
    std::vector<std::int64_t> order;
    if (terms.chosen) {
        for (auto s : *terms.chosen) order.push_back(s.get());
    } else {
        for (std::int64_t k = 0; k < a.columns(); ++k) order.push_back(k);
    }
    for (std::int64_t i = 0; i < a.rows(); ++i) {
        for (std::int64_t j = 0; j < b.columns(); ++j) {
            for (auto k : order) {
                auto const w =
                    terms.weights.empty() ? 1.0 : terms.weights[static_cast<std::size_t>(k)];
                result(i, j) = std::fma(sign * (w * a(i, k)), b(k, j), result(i, j));
            }
        }
    }
}

template <class T>
Doubles transpose(Matrix<T> const& matrix) {
    Doubles turned{matrix.view().columns(), matrix.view().rows(), 0};
    for (std::int64_t r = 0; r < matrix.view().rows(); ++r) {
        for (std::int64_t c = 0; c < matrix.view().columns(); ++c) {
            turned.view()(c, r) = matrix.view()(r, c);
        }
    }
    return turned;
}

std::vector<SampleIndex> some_positions(std::int64_t count) {
    std::vector<SampleIndex> positions;
    for (auto k = count - 1; k >= 0; k -= 2) positions.emplace_back(k);
    if (count > 0) positions.emplace_back(0);
    return positions;
}

TEST_CASE("add_product: is the chain of fused products, bit for bit", "[linalg]") {
    auto const shape = GENERATE(from_range(std::begin(shapes), std::end(shapes)));
    CAPTURE(shape.rows, shape.columns, shape.inner);
    Floats const a{shape.rows, shape.inner, 1};
    Doubles const b{shape.inner, shape.columns, 2};
    auto const a_turned = transpose(a);
    auto const a_wide = transpose(a_turned);
    auto const b_turned = transpose(b);
    Doubles const start{shape.rows, shape.columns, 3};
    Doubles const weights{1, shape.inner, 4};
    auto const positions = some_positions(shape.inner);
    std::vector<InnerTerms> const choices{
        {},
        {.chosen = positions},
        {.weights = weights.view().row(0)},
        {.chosen = positions, .weights = weights.view().row(0)},
        {.chosen = std::span<SampleIndex const>{}},
    };
    for (auto const& terms : choices) {
        auto expected = start;
        add_by_hand(1, a_wide.view(), b.view(), expected.view(), terms);
        auto const check = [&](Factor const& left, Factor const& right) {
            auto result = start;
            add_product(left, right, result.view(), terms);
            CHECK(result.bits() == expected.bits());
        };
        check(a.view(), b.view());
        check(Factor{a_turned.view()}.transposed(), b.view());
        check(a_wide.view(), Factor{b_turned.view()}.transposed());
        auto less = start;
        add_by_hand(-1, a_wide.view(), b.view(), less.view(), terms);
        auto result = start;
        subtract_product(a.view(), b.view(), result.view(), terms);
        CHECK(result.bits() == less.bits());
    }
}

TEST_CASE("add_gram: the lower triangle of the product with itself alone", "[linalg]") {
    auto const shape = GENERATE(from_range(std::begin(shapes), std::end(shapes)));
    CAPTURE(shape.columns, shape.inner);
    Floats const columns{shape.columns, shape.inner, 1};
    auto const samples = transpose(columns);
    auto const left = transpose(samples);
    Doubles const weights{1, shape.inner, 4};
    Doubles const start{shape.columns, shape.columns, 3};
    auto const positions = some_positions(shape.inner);
    for (InnerTerms const& terms :
         {InnerTerms{}, InnerTerms{.chosen = positions, .weights = weights.view().row(0)}}) {
        auto full = start;
        add_by_hand(1, left.view(), samples.view(), full.view(), terms);
        auto expected = start;
        for (std::int64_t r = 0; r < shape.columns; ++r) {
            for (std::int64_t c = 0; c <= r; ++c) expected.view()(r, c) = full.view()(r, c);
        }
        auto by_column = start;
        add_gram(columns.view(), by_column.view(), terms);
        CHECK(by_column.bits() == expected.bits());
        auto by_sample = start;
        add_gram(Factor{samples.view()}.transposed(), by_sample.view(), terms);
        CHECK(by_sample.bits() == expected.bits());
        mirror_lower(by_sample.view());
        bool is_symmetric = true;
        for (std::int64_t r = 0; r < shape.columns; ++r) {
            for (std::int64_t c = 0; c <= r; ++c) {
                is_symmetric &= by_sample.view()(c, r) == expected.view()(r, c);
            }
        }
        CHECK(is_symmetric);
    }
}

// X'X / samples + ridge of random X: positive definite.
Doubles random_covariance(std::int64_t rows, std::int64_t samples, double ridge) {
    Doubles const x{rows, samples, static_cast<std::uint64_t>(rows)};
    Doubles matrix{rows, rows, 5};
    for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c <= r; ++c) {
            double sum = r == c ? ridge * static_cast<double>(samples) : 0;
            for (std::int64_t k = 0; k < samples; ++k) sum += x.view()(r, k) * x.view()(c, k);
            matrix.view()(r, c) = sum / static_cast<double>(samples);
        }
    }
    return matrix;
}

double factorize_by_hand(MatrixView<double> a) {
    double smallest = 1;
    for (std::int64_t j = 0; j < a.rows(); ++j) {
        auto const diagonal = a(j, j);
        for (std::int64_t i = j; i < a.rows(); ++i) {
            for (std::int64_t k = 0; k < j; ++k) a(i, j) = std::fma(-a(i, k), a(j, k), a(i, j));
        }
        if (!(a(j, j) > 0)) return 0;
        smallest = std::min(smallest, a(j, j) / diagonal);
        a(j, j) = std::sqrt(a(j, j));
        for (auto i = j + 1; i < a.rows(); ++i) a(i, j) *= 1 / a(j, j);
    }
    return smallest;
}

constexpr std::int64_t sizes[] = {0, 1, 2, 7, 8, 31, 32, 33, 64, 95, 100, 129, 257};

TEST_CASE("factorize: is Cholesky's recurrence, bit for bit", "[linalg]") {
    auto const rows = GENERATE(from_range(std::begin(sizes), std::end(sizes)));
    CAPTURE(rows);
    auto matrix = random_covariance(rows, 40, 0.1);
    auto expected = matrix;
    auto const smallest = factorize_by_hand(expected.view());
    CHECK(factorize(matrix.view()) == smallest);
    CHECK(matrix.bits() == expected.bits());
    CHECK(smallest > 0);
}

TEST_CASE("factorize: its factor gives the matrix back", "[linalg]") {
    constexpr std::int64_t rows = 300;
    auto const matrix = random_covariance(rows, 400, 0.01);
    auto factor = matrix;
    REQUIRE(factorize(factor.view()) > 0);
    double worst = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c <= r; ++c) {
            double sum = 0;
            for (std::int64_t k = 0; k <= c; ++k) sum += factor.view()(r, k) * factor.view()(c, k);
            worst = std::max(worst, std::abs(sum - matrix.view()(r, c)));
        }
    }
    CHECK(worst < 1e-13);
}

TEST_CASE("factorize: says so where the matrix is not positive definite", "[linalg]") {
    auto const rows = GENERATE(1, 5, 40, 70, 200);
    auto const bad = GENERATE(0.0, 0.5, 1.0);
    auto const value = GENERATE(-1.0, 0.0, std::numeric_limits<double>::quiet_NaN());
    auto matrix = random_covariance(rows, 30, 1);
    auto const at = std::min<std::int64_t>(static_cast<std::int64_t>(bad * rows), rows - 1);
    matrix.view()(at, at) = value;
    CHECK(factorize(matrix.view()) == 0);
}

TEST_CASE("factorize: the smallest pivot shows how near to singular", "[linalg]") {
    Doubles matrix{2, 2, 1};
    matrix.view()(0, 0) = 4;
    matrix.view()(1, 0) = 6;
    matrix.view()(1, 1) = 10;  // 1 of it is left
    CHECK(factorize(matrix.view()) == Approx(0.1));
}

TEST_CASE("solve_lower: is the substitution, bit for bit, both ways", "[linalg]") {
    auto const rows = GENERATE(from_range(std::begin(sizes), std::end(sizes)));
    auto const columns = GENERATE(0, 1, 5, 8, 24, 49);
    CAPTURE(rows, columns);
    auto owner = random_covariance(rows, 40, 0.5);
    REQUIRE(factorize(owner.view()) > 0);
    auto const& factor = owner;
    auto const l = factor.view();
    Doubles const b{rows, columns, 9};
    auto forward = b;
    auto backward = b;
    for (std::int64_t c = 0; c < columns; ++c) {
        auto x = forward.view();
        for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t k = 0; k < i; ++k) x(i, c) = std::fma(-l(i, k), x(k, c), x(i, c));
            x(i, c) *= 1 / l(i, i);
        }
        auto y = backward.view();
        for (auto i = rows - 1; i >= 0; --i) {
            for (auto k = rows - 1; k > i; --k) y(i, c) = std::fma(-l(k, i), y(k, c), y(i, c));
            y(i, c) *= 1 / l(i, i);
        }
    }
    auto x = b;
    solve_lower(l, x.view());
    CHECK(x.bits() == forward.bits());
    auto y = b;
    solve_lower_transposed(l, y.view());
    CHECK(y.bits() == backward.bits());
}

TEST_CASE("dense_kernels: every instruction set gives the same bits", "[linalg]") {
    Floats const a{61, 230, 1};
    Doubles const b{70, 230, 2};
    Doubles const start{61, 70, 3};
    AlignedBuffer<double> left{packed_left_size};
    AlignedBuffer<double> right{packed_right_size};
    auto const product = [&](InstructionSet set, ProductShape shape) {
        auto result = start;
        dense_kernels(set).add_product(
            {.left = {a.view().data(), ElementType::float32, a.stride(), 1},
             .right = {b.view().data(), ElementType::float64, b.stride(), 1},
             .chosen = nullptr,
             .weights = b.view().data(),
             .sign = -1,
             .result = result.view().data(),
             .result_stride = result.stride(),
             .rows = 61,
             .columns = shape == ProductShape::full ? 70 : 61,
             .inner = 230,
             .shape = shape,
             .packed_left = left.data(),
             .packed_right = right.data()});
        return result.bits();
    };
    for (auto set : runnable_instruction_sets()) {
        CAPTURE(to_string(set));
        for (auto shape : {ProductShape::full, ProductShape::lower}) {
            CHECK(product(set, shape) == product(InstructionSet::scalar, shape));
        }
        for (std::int64_t rows = 1; rows <= triangle_rows; ++rows) {
            auto const triangle = random_covariance(rows, 40, 0.5);
            auto const factorized = [&](InstructionSet form) {
                auto result = triangle;
                double pivots[triangle_rows];
                CHECK(dense_kernels(form).factorize_triangle(
                    {result.view().data(), result.stride(), rows}, pivots));
                return result;
            };
            auto const factor = factorized(set);
            CHECK(factor.bits() == factorized(InstructionSet::scalar).bits());
            Doubles const x{rows, 35, 6};
            auto const solved = [&](InstructionSet form) {
                auto result = x;
                dense_kernels(form).solve_triangle({.factor = factor.view().data(),
                                                    .factor_stride = factor.stride(),
                                                    .factor_inner_stride = 1,
                                                    .rows = rows,
                                                    .x = result.view().data(),
                                                    .x_stride = result.stride(),
                                                    .columns = 35});
                return result.bits();
            };
            CHECK(solved(set) == solved(InstructionSet::scalar));
        }
    }
}

TEST_CASE("dense_matrix: refuses shapes that do not agree", "[linalg]") {
    Doubles a{4, 5, 1};
    Doubles b{5, 6, 2};
    Doubles result{4, 6, 3};
    auto const outside = std::vector{SampleIndex{5}};
    auto const before = std::vector{SampleIndex{-1}};
    double const weights[4] = {};
    CHECK_NOTHROW(add_product(a.view(), b.view(), result.view()));
    CHECK_THROWS_AS(add_product(b.view(), a.view(), result.view()), ContractViolation);
    CHECK_THROWS_AS(add_product(a.view(), b.view(), a.view()), ContractViolation);
    CHECK_THROWS_AS(add_product(a.view(), b.view(), result.view(), {.chosen = outside}),
                    ContractViolation);
    CHECK_THROWS_AS(add_product(a.view(), b.view(), result.view(), {.chosen = before}),
                    ContractViolation);
    CHECK_THROWS_AS(add_product(a.view(), b.view(), result.view(), {.weights = weights}),
                    ContractViolation);
    CHECK_THROWS_AS(add_gram(a.view(), result.view()), ContractViolation);
    CHECK_THROWS_AS(mirror_lower(a.view()), ContractViolation);
    CHECK_THROWS_AS(factorize(a.view()), ContractViolation);
    CHECK_THROWS_AS(solve_lower(a.view(), result.view()), ContractViolation);
    CHECK_THROWS_AS(solve_lower_transposed(a.view(), result.view()), ContractViolation);
}

}  // namespace
}  // namespace maniple
