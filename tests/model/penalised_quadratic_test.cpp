#include "../src/model/penalised_quadratic.hpp"

#include <cmath>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

TEST_CASE("subtract_row: equal bits in every form", "[elastic_net]") {
    std::mt19937_64 random{1};
    std::normal_distribution<double> normal;
    for (std::int64_t count : {0, 1, 7, 8, 33, 1000}) {
        std::vector<float> row(static_cast<std::size_t>(count));
        std::vector<double> start(row.size());
        for (auto& value : row) value = static_cast<float>(normal(random));
        for (auto& value : start) value = normal(random);
        auto expected = start;
        for (std::size_t i = 0; i < row.size(); ++i) {
            double const product = 0.3 * static_cast<double>(row[i]);
            expected[i] -= product;
        }
        auto const check = [&](SubtractRow* form) {
            auto gradient = start;
            form(row.data(), 0.3, gradient.data(), count);
            CHECK(gradient == expected);
        };
        check(subtract_row_scalar);
#if defined(__x86_64__)
        for (auto set : runnable_instruction_sets()) {
            if (set == InstructionSet::avx2) check(subtract_row_avx2);
            if (set == InstructionSet::avx512) check(subtract_row_avx512);
        }
#endif
    }
}

TEST_CASE("descend: ends where no coordinate can improve", "[elastic_net]") {
    auto const l1 = GENERATE(0.0, 0.3, 5.0);
    auto const l2 = GENERATE(0.0, 0.4);
    auto const curvature = GENERATE(1.0, 0.5);
    constexpr std::int64_t size = 12;
    std::mt19937_64 random{2};
    std::normal_distribution<double> normal;
    std::vector<double> factor(size * 20);
    for (auto& value : factor) value = normal(random);
    std::vector<float> gram(size * size);
    for (std::size_t r = 0; r < size; ++r) {
        for (std::size_t c = 0; c < size; ++c) {
            double sum = 0;
            for (std::size_t k = 0; k < 20; ++k) sum += factor[r * 20 + k] * factor[c * 20 + k];
            gram[r * size + c] = static_cast<float>(r == 3 || c == 3 ? 0 : sum / 20);
        }
    }
    std::vector<double> const first_gradient = [&] {
        std::vector<double> made(size);
        for (auto& value : made) value = normal(random);
        return made;
    }();
    std::vector<double> const start(size, 0.1);
    auto gradient = first_gradient;
    auto b = start;
    PenalisedQuadratic const quadratic{
        .gram = {gram.data(), size, size}, .curvature = curvature, .l1 = l1, .l2 = l2};
    auto const sweeps = descend(quadratic, gradient, b, {.tolerance = 1e-12, .most_sweeps = 10000});
    CHECK(sweeps < 10000);
    for (std::size_t j = 0; j < size; ++j) {
        double expected = first_gradient[j];
        for (std::size_t k = 0; k < size; ++k)
            expected -= curvature * static_cast<double>(gram[j * size + k]) * (b[k] - start[k]);
        CHECK(gradient[j] == Approx(expected).margin(2e-5));  // its diagonal is a little larger
        if (j == 3) {
            CHECK(b[j] == 0.1);  // has no curvature
        } else if (b[j] == 0) {
            CHECK(std::abs(gradient[j]) <= l1 + 1e-10);
        } else {
            CHECK(gradient[j] == Approx(l2 * b[j] + std::copysign(l1, b[j])).margin(1e-10));
        }
    }
    auto again = first_gradient;
    auto from = start;
    CHECK(descend(quadratic, again, from, {.tolerance = 1e-12, .most_sweeps = 2}) == 2);
    CHECK_THROWS_AS(descend(quadratic, std::span{gradient}.first(3), b, {}), ContractViolation);
}

}  // namespace
}  // namespace maniple
