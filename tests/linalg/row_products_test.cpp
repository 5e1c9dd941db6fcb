#include "maniple/linalg/row_products.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/linalg/row_product_forms.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

FixedPointMatrix random_matrix(std::int64_t samples, std::int64_t columns) {
    std::mt19937_64 random{17};
    std::normal_distribution<double> normal;
    std::vector<FixedPoint> formats;
    std::vector<std::vector<double>> values;
    for (std::int64_t c = 0; c < columns; ++c) {
        values.emplace_back();
        for (std::int64_t s = 0; s < samples; ++s) values.back().push_back(normal(random));
        formats.push_back(choose_fixed_point(values.back()));
    }
    FixedPointMatrix matrix{samples, formats};
    for (std::int64_t c = 0; c < columns; ++c)
        matrix.set_column(c, values[static_cast<std::size_t>(c)]);
    return matrix;
}

TEST_CASE("add_row_products: equals the naive sums, bit for bit", "[linalg]") {
    std::int64_t const columns = GENERATE(0, 1, 6, 7, 8, 20);
    auto const matrix = random_matrix(50, columns);
    std::vector<std::int64_t> order;
    for (auto c = columns; c-- > 0;) order.push_back(c);
    RowLayout const layout{matrix, order};
    REQUIRE(layout.width() % 8 == 0);
    std::vector<SampleIndex> const samples{SampleIndex{3}, SampleIndex{49}, SampleIndex{0},
                                           SampleIndex{7}};
    std::vector<double> rows;
    gather_rows(matrix, layout, samples, rows);
    auto const width = layout.width();
    auto const result_rows = columns + 1;
    std::vector<double> products(static_cast<std::size_t>(result_rows * width), 0.5);
    add_row_products(rows, {products.data(), result_rows, width});

    auto const value = [&](SampleIndex s, std::int64_t k) {
        if (k == 0) return 1.0;
        if (k > columns) return 0.0;
        auto const c = order[static_cast<std::size_t>(k - 1)];
        return matrix(s.get(), c) * (1 / matrix.format(c).scale);
    };
    for (std::int64_t r = 0; r < result_rows; ++r) {
        for (std::int64_t c = 0; c < width; ++c) {
            double sum = 0.5;
            for (auto s : samples) sum += value(s, r) * value(s, c);
            REQUIRE(products[static_cast<std::size_t>(r * width + c)] == sum);
        }
    }
}

TEST_CASE("add_row_products: every instruction set gives the same bits", "[linalg]") {
    std::mt19937_64 random{3};
    std::normal_distribution<double> normal;
    std::vector<double> rows(16 * 100);
    for (double& value : rows) value = normal(random);
    std::vector<double> expected(13 * 16);
    add_row_products_scalar(rows.data(), 100, 16, 13, expected.data(), 16);
    for (auto set : runnable_instruction_sets()) {
        std::vector<double> products(13 * 16);
        auto* const add = set == InstructionSet::avx512 ? add_row_products_avx512
                          : set == InstructionSet::avx2 ? add_row_products_avx2
                                                        : add_row_products_scalar;
        add(rows.data(), 100, 16, 13, products.data(), 16);
        CHECK(products == expected);
    }
}

TEST_CASE("add_row_products: refuses rows that are not padded", "[linalg]") {
    std::vector<double> rows(9);
    CHECK_THROWS_AS(add_row_products(rows, {rows.data(), 1, 9}), ContractViolation);
}

}  // namespace
}  // namespace maniple
