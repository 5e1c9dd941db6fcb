#include "maniple/linalg/integer_product.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("multiply: equals the naive product, with strides and extreme digits", "[linalg]") {
    auto const [rows, inner, columns] = GENERATE(table<int, int, int>(
        {{1, 1, 1}, {7, 1, 3}, {256, 4096, 33}, {3, 4096, 1}, {17, 333, 200}, {0, 5, 4}}));
    std::mt19937 random{5};
    std::vector<std::uint8_t> left(static_cast<std::size_t>(rows * (inner + 3)));
    std::vector<std::int8_t> right(static_cast<std::size_t>(inner * columns));
    for (auto& value : left) value = static_cast<std::uint8_t>(random() % 3);
    for (auto& value : right) value = random() % 2 ? std::int8_t{-128} : std::int8_t{127};
    std::vector<std::int32_t> product(static_cast<std::size_t>(rows * columns), -1);
    std::vector<std::int32_t> expected(product.size());
    for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < columns; ++c) {
            for (int k = 0; k < inner; ++k) {
                expected[static_cast<std::size_t>(r * columns + c)] +=
                    left[static_cast<std::size_t>(r * (inner + 3) + k)] *
                    right[static_cast<std::size_t>(k * columns + c)];
            }
        }
    }
    multiply({left.data(), rows, inner, inner + 3}, {right.data(), inner, columns},
             {product.data(), rows, columns});
    CHECK(product == expected);
}

TEST_CASE("multiply: refuses extents that do not agree", "[linalg]") {
    std::uint8_t left = 1;
    std::int8_t right = 1;
    std::int32_t product = 0;
    CHECK_THROWS_AS(multiply({&left, 1, 1}, {&right, 0, 1}, {&product, 1, 1}), ContractViolation);
}

}  // namespace
}  // namespace maniple
