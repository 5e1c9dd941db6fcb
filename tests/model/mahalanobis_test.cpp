#include "maniple/model/mahalanobis.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

using Columns = std::vector<std::vector<double>>;

std::vector<std::span<double const>> spans(Columns const& columns) {
    return {columns.begin(), columns.end()};
}

TEST_CASE("SquaredDistance: two columns by the inverse written out, in any units", "[model]") {
    Columns columns(2);
    for (std::uint64_t s = 0; s < 50; ++s) {
        RandomStream random{3, Purpose::testing, s};
        columns[0].push_back(random.uniform());
        columns[1].push_back(0.5 * columns[0].back() + random.uniform());
    }
    std::array<double, 2> mean{};
    for (int c = 0; c < 2; ++c) {
        for (auto x : columns[c]) mean[c] += x / 50;
    }
    double aa = 0;
    double ab = 0;
    double bb = 0;
    for (std::size_t s = 0; s < 50; ++s) {
        auto const a = columns[0][s] - mean[0];
        auto const b = columns[1][s] - mean[1];
        aa += a * a / 49;
        ab += a * b / 49;
        bb += b * b / 49;
    }
    auto const a = 2 - mean[0];
    auto const b = -1 - mean[1];
    auto const expected = (bb * a * a - 2 * ab * a * b + aa * b * b) / (aa * bb - ab * ab);
    SquaredDistance const distance{spans(columns)};
    REQUIRE(distance.is_defined());
    CHECK(distance.of(std::vector{2.0, -1.0}) == Approx(expected));
    for (auto& x : columns[0]) x *= 1e-9;
    CHECK(SquaredDistance{spans(columns)}.of(std::vector{2e-9, -1.0}) == Approx(expected));
    CHECK_THROWS_AS(distance.of(std::vector{1.0}), ContractViolation);
}

TEST_CASE("SquaredDistance: none from too few people, nor where columns follow from others",
          "[model]") {
    CHECK_FALSE(SquaredDistance{spans({{1, 2}, {3, 5}})}.is_defined());
    CHECK_FALSE(SquaredDistance{spans({{1, 2, 4, 5}, {2, 4, 8, 10}})}.is_defined());
    CHECK_FALSE(SquaredDistance{spans({{1, 1, 1, 1}})}.is_defined());
    CHECK(SquaredDistance{spans({{1, 2, 3}})}.of(std::vector{4.0}) == Approx(4));
    CHECK_THROWS_AS(SquaredDistance{{}}, ContractViolation);
    CHECK_THROWS_AS((SquaredDistance{spans({{1, 2, 3}, {1}})}), ContractViolation);
    SquaredDistance const none{spans({{1, 2}, {3, 5}})};
    CHECK_THROWS_AS(none.of(std::vector{1.0, 1.0}), ContractViolation);
}

}  // namespace
}  // namespace maniple
