#include "maniple/linalg/row_moments.hpp"

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/linalg/row_moment_forms.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/linalg/fixed_point.hpp"

namespace maniple {
namespace {

constexpr std::int64_t matrix_rows = 700;
constexpr std::int64_t first_column = 3;

// Integers over the whole range, in rows of whole cache lines; what lies outside the columns is
// there to be noticed if it is used.
class Integers {
public:
    explicit Integers(std::int64_t columns)
        : columns_{columns},
          stride_{(columns + 15) / 16 * 16},
          values_{matrix_rows * stride_ + 16} {
        std::mt19937_64 random{static_cast<std::uint64_t>(columns)};
        for (auto& value : values_.span()) value = static_cast<std::int32_t>(random());
    }
    MatrixView<std::int32_t const> view() const {
        return {values_.data(), matrix_rows, columns_, stride_};
    }

private:
    std::int64_t columns_;
    std::int64_t stride_;
    AlignedBuffer<std::int32_t> values_;
};

std::vector<SampleIndex> random_list(std::int64_t count) {
    std::mt19937_64 random{static_cast<std::uint64_t>(count)};
    std::vector<SampleIndex> samples;
    for (std::int64_t i = 0; i < count; ++i) {
        samples.emplace_back(static_cast<std::int64_t>(random() % matrix_rows));
    }
    if (count > 1) samples.back() = SampleIndex{matrix_rows - 1};
    return samples;
}

struct Shape {
    std::int64_t covariates;
    std::int64_t width;
};

constexpr Shape shapes[] = {{0, 1},   {1, 1},    {0, 17},    {3, 3},   {1, 8},   {4, 9},   {7, 8},
                            {8, 9},   {9, 10},   {10, 11},   {10, 16}, {10, 17}, {11, 12}, {15, 16},
                            {17, 18}, {21, 100}, {12, 12},   {5, 5},   {2, 12},  {6, 7},   {8, 8},
                            {0, 12},  {5, 11},   {10, 1000}, {40, 41}};

// Product of columns r and c, or the sum of column c where r is negative.
double sum_by_hand(MatrixView<std::int32_t const> integers, std::span<SampleIndex const> samples,
                   std::int64_t r, std::int64_t c) {
    double sum = 0;
    for (auto s : samples) {
        double const right = integers(s.get(), first_column + c);
        sum = r < 0 ? sum + right : std::fma(integers(s.get(), first_column + r), right, sum);
    }
    return sum;
}

TEST_CASE("RowMoments: equal the naive sums, bit for bit", "[linalg]") {
    auto const shape = GENERATE(from_range(std::begin(shapes), std::end(shapes)));
    Integers const owner{first_column + shape.width};
    auto const integers = owner.view();
    RowMoments moments{shape.covariates, shape.width};
    for (std::int64_t count : {300, 0, 1, 4, 128, 129}) {
        auto const samples = random_list(count);
        moments.sum_over(
            samples, integers,
            {.first = first_column, .covariates = shape.covariates, .width = shape.width});
        REQUIRE(moments.width() == shape.width);
        REQUIRE(std::ssize(moments.sums()) == shape.width);
        REQUIRE(moments.products().rows() == shape.covariates);
        bool equal = true;
        for (std::int64_t c = 0; c < shape.width; ++c) {
            equal &= moments.sum(c) == sum_by_hand(integers, samples, -1, c);
            equal &= moments.square(c) == sum_by_hand(integers, samples, c, c);
            for (std::int64_t r = 0; r < shape.covariates && r <= c; ++r) {
                equal &= moments.product(r, c) == sum_by_hand(integers, samples, r, c);
            }
        }
        CHECK(equal);
    }
}

TEST_CASE("RowMoments: every instruction set gives the same bits", "[linalg]") {
    auto const shape = GENERATE(from_range(std::begin(shapes), std::end(shapes)));
    auto const stride = (shape.width + 7) / 8 * 8;
    Integers const owner{first_column + shape.width};
    auto const samples = random_list(333);
    std::vector<std::int64_t> positions;
    for (auto s : samples) positions.push_back(s.get());

    struct Results {
        std::vector<double> sums, squares, products;
    };
    auto const compute = [&](InstructionSet set) {
        auto const room = static_cast<std::size_t>(stride);
        Results results{std::vector(room, 0.0), std::vector(room, 0.0),
                        std::vector(room * static_cast<std::size_t>(shape.covariates), 0.0)};
        add_moments(set)({.samples = positions.data(),
                          .count = std::ssize(positions),
                          .integers = owner.view().data() + first_column,
                          .row_stride = owner.view().row_stride(),
                          .covariates = shape.covariates,
                          .width = shape.width,
                          .sums = results.sums.data(),
                          .squares = results.squares.data(),
                          .products = results.products.data(),
                          .product_stride = stride});
        return results;
    };
    auto const bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
    auto const expected = compute(InstructionSet::scalar);
    for (auto set : runnable_instruction_sets()) {
        auto const results = compute(set);
        bool equal = true;
        for (std::size_t c = 0; c < static_cast<std::size_t>(shape.width); ++c) {
            auto const covariates = static_cast<std::size_t>(shape.covariates);
            equal &= bits(results.sums[c]) == bits(expected.sums[c]);
            if (c >= covariates) equal &= bits(results.squares[c]) == bits(expected.squares[c]);
            for (std::size_t r = 0; r < covariates && r <= c; ++r) {
                auto const at = r * static_cast<std::size_t>(stride) + c;
                equal &= bits(results.products[at]) == bits(expected.products[at]);
            }
        }
        CHECK(equal);
    }
}

TEST_CASE("RowMoments: a column's bits do not depend on its place or its neighbours", "[linalg]") {
    Integers const owner{60};
    auto const samples = random_list(250);
    RowMoments wide{5, 60};
    wide.sum_over(samples, owner.view(), {.first = 0, .covariates = 5, .width = 60});
    for (std::int64_t c = 5; c < 60; ++c) {
        RowMoments alone{0, 1};
        alone.sum_over(samples, owner.view(), {.first = c, .covariates = 0, .width = 1});
        CHECK(alone.sum(0) == wide.sum(c));
        CHECK(alone.square(0) == wide.square(c));
    }
    RowMoments moments{20, 60};
    moments.sum_over(samples, owner.view(), {.first = 2, .covariates = 3, .width = 20});
    CHECK(moments.covariates() == 3);
    for (std::int64_t c = 0; c < 20; ++c) {
        if (c >= 2) CHECK(moments.product(2, c) == wide.product(4, c + 2));
    }
}

TEST_CASE("RowMoments: refuses columns and samples that do not fit", "[linalg]") {
    Integers const owner{20};
    std::vector<SampleIndex> samples{SampleIndex{0}};
    CHECK_THROWS_AS((RowMoments{4, 3}), ContractViolation);
    RowMoments moments{4, 16};
    auto const sum_over = [&](MomentColumns columns) {
        moments.sum_over(samples, owner.view(), columns);
    };
    CHECK_NOTHROW(sum_over({.first = 4, .covariates = 4, .width = 16}));
    CHECK_THROWS_AS(sum_over({.first = 5, .covariates = 4, .width = 16}), ContractViolation);
    CHECK_THROWS_AS(sum_over({.first = 0, .covariates = 5, .width = 16}), ContractViolation);
    CHECK_THROWS_AS(sum_over({.first = 0, .covariates = 4, .width = 17}), ContractViolation);
    CHECK_THROWS_AS(sum_over({.first = -1, .covariates = 4, .width = 8}), ContractViolation);
    CHECK_THROWS_AS(sum_over({.first = 0, .covariates = 4, .width = 3}), ContractViolation);
    samples.emplace_back(matrix_rows);
    CHECK_THROWS_AS(sum_over({.first = 0, .covariates = 4, .width = 8}), ContractViolation);
}

TEST_CASE("RowMoments: of no columns", "[linalg]") {
    FixedPointMatrix const matrix{3, 1};
    RowMoments none{0, 0};
    SampleIndex const some{2};
    none.sum_over(std::span{&some, 1}, matrix.integers(), {});
    CHECK(none.width() == 0);
    CHECK(none.sums().empty());
}

}  // namespace
}  // namespace maniple
