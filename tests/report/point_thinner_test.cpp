#include "maniple/report/point_thinner.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <map>
#include <random>
#include <set>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

using Cell = std::pair<std::int64_t, std::int64_t>;

Cell cell_of(GenomeAxis const& axis, PlotGrid const& grid, GenomePoint const& point) {
    auto const x = static_cast<double>(axis.coordinate(point.place)) /
                   static_cast<double>(axis.length()) * static_cast<double>(grid.columns);
    auto const y = static_cast<double>(point.y) / grid.most_y * static_cast<double>(grid.rows);
    return {std::min(static_cast<std::int64_t>(x), grid.columns - 1),
            std::min(static_cast<std::int64_t>(y), grid.rows - 1)};
}

TEST_CASE("PointThinner: keeps the highest point of every cell that has one", "[report]") {
    GenomeAxis const axis{{"2", "1", "none"}, {50'000, 80'000, 0}};
    PlotGrid const grid{.columns = 64, .rows = 30, .most_y = 7.5};
    PointThinner thinner{axis, grid};
    std::mt19937 chance{11};
    std::map<Cell, float> highest;
    for (int i = 0; i < 20'000; ++i) {
        auto const contig = static_cast<std::int32_t>(chance() % 2);
        auto const length = contig == 0 ? 50'000 : 80'000;
        GenomePoint const point{
            {contig, static_cast<std::int32_t>(1 + chance() % static_cast<unsigned>(length))},
            static_cast<float>(-std::log10((static_cast<double>(chance()) + 1) / 4294967297.0))};
        thinner.add(point.place, point.y);
        auto& most = highest[cell_of(axis, grid, point)];
        most = std::max(most, point.y);
    }
    auto const points = thinner.points();
    CHECK(points.size() == highest.size());
    for (auto const& point : points) CHECK(highest.at(cell_of(axis, grid, point)) == point.y);
    CHECK(points.size() < 1500);

    // Of cells that are made of whole ones, the points of these tell as much as all.
    PlotGrid const coarse{.columns = 16, .rows = 10, .most_y = 7.5};
    std::map<Cell, float> coarse_highest;
    for (auto const& [cell, y] : highest) {
        auto& most = coarse_highest[{cell.first / 4, cell.second / 3}];
        most = std::max(most, y);
    }
    auto const fewer = thinned(points, axis, coarse);
    CHECK(fewer.size() == coarse_highest.size());
    for (auto const& point : fewer)
        CHECK(coarse_highest.at(cell_of(axis, coarse, point)) == point.y);
}

TEST_CASE("PointThinner: the ends of the axis and of the plot are inside", "[report]") {
    GenomeAxis const axis{{"1"}, {10}};
    PointThinner thinner{axis, {.columns = 4, .rows = 4, .most_y = 2}};
    thinner.add({0, 10}, 1000);
    thinner.add({0, 1}, 0);
    thinner.add({0, 0}, 0);
    thinner.add({0, -5}, 0);
    auto const points = thinner.points();
    REQUIRE(points.size() == 2);
    CHECK(points[0].y == 0);
    CHECK(points[1].y == 1000);
}

TEST_CASE("GenomeAxis: contigs in the order of exports, apart, and without empty ones",
          "[report]") {
    GenomeAxis const axis{{"X", "10", "2", "odd", "chr1"}, {1000, 2000, 3000, 0, 4000}};
    REQUIRE(axis.contigs().size() == 4);
    CHECK(axis.contigs()[0].name == "chr1");
    CHECK(axis.contigs()[1].name == "2");
    CHECK(axis.contigs()[2].name == "10");
    CHECK(axis.contigs()[3].name == "X");
    CHECK(axis.order_of(2) == 1);
    CHECK(axis.coordinate({2, 5}) == axis.contigs()[1].offset + 5);
    for (std::size_t i = 1; i < 4; ++i) {
        auto const& before = axis.contigs()[i - 1];
        CHECK(axis.contigs()[i].offset > before.offset + before.length);
    }
    CHECK(axis.coordinate({0, 1000}) <= axis.length());
    CHECK_THROWS_AS(axis.order_of(3), ContractViolation);
    CHECK_THROWS_AS(axis.order_of(5), ContractViolation);
}

}  // namespace
}  // namespace maniple
