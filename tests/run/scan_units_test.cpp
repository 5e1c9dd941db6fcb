#include "maniple/run/scan_units.hpp"

#include <algorithm>
#include <utility>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

ChosenBlock whole(std::int64_t rows) { return {.block_rows = rows}; }

ChosenBlock some(std::vector<std::int32_t> rows) {
    return {.block_rows = 100, .every_row = false, .rows = std::move(rows)};
}

std::vector<ChosenBlock> odd_blocks() {
    return {whole(8), whole(8), whole(3), some({4}), some({0, 1, 2, 50, 99}), whole(1), whole(20)};
}

TEST_CASE("ScanUnits: every chosen row is in one unit, in order", "[run]") {
    auto const unit_rows = GENERATE(1, 2, 3, 7, 8, 16, 45, 46, 47, 1000);
    auto const piece_rows = GENERATE(1, 2, 5, 1000);
    auto const blocks = odd_blocks();
    ScanUnits const units{blocks, unit_rows, piece_rows};
    std::int64_t block = 0;
    std::int64_t first = 0;
    std::int64_t row = 0;
    for (std::int64_t u = 0; u < units.count(); ++u) {
        CHECK(units.rows(u).first.get() == row);
        CHECK(units.rows(u).size() <= unit_rows);
        CHECK((units.rows(u).size() == unit_rows || u + 1 == units.count()));
        std::int64_t inside = 0;
        for (auto const& piece : units.pieces(u)) {
            CHECK(piece.block.get() == block);
            CHECK(piece.first == first);
            CHECK(piece.unit_row == inside);
            REQUIRE(piece.rows > 0);
            CHECK(piece.rows <= piece_rows);
            inside += piece.rows;
            first += piece.rows;
            if (first == blocks[static_cast<std::size_t>(block)].size()) {
                ++block;
                first = 0;
            }
        }
        CHECK(inside == units.rows(u).size());
        row += inside;
    }
    CHECK(row == 46);
    CHECK(block == std::ssize(blocks));
}

TEST_CASE("ScanUnits: refuses what is no unit of a scan", "[run]") {
    auto const blocks = odd_blocks();
    CHECK_THROWS_AS((ScanUnits{blocks, 0}), ContractViolation);
    CHECK_THROWS_AS((ScanUnits{blocks, 16, 0}), ContractViolation);
    std::vector<ChosenBlock> const empty{some({})};
    CHECK_THROWS_AS((ScanUnits{empty, 5}), ContractViolation);
    ScanUnits const units{blocks, 16};
    CHECK(units.count() == 3);
    CHECK_THROWS_AS(units.rows(3), ContractViolation);
    CHECK_THROWS_AS(units.pieces(-1), ContractViolation);
}

TEST_CASE("owner_of_unit: ranks share units evenly, the root has never more", "[run]") {
    int const ranks = GENERATE(1, 2, 3, 5);
    for (std::int64_t units = 0; units < 12; ++units) {
        std::vector<std::int64_t> owned(static_cast<std::size_t>(ranks));
        for (std::int64_t u = 0; u < units; ++u) {
            ++owned[static_cast<std::size_t>(owner_of_unit(u, ranks))];
        }
        auto const [least, most] = std::ranges::minmax(owned);
        CHECK(most - least <= 1);
        CHECK(owned[0] == least);
    }
}

}  // namespace
}  // namespace maniple
