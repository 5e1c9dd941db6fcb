#include "maniple/run/shard.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/run/shard_set.hpp"

namespace maniple {
namespace {

// Blocks of which every row is chosen, or few.
std::vector<ChosenBlock> blocks_of(std::vector<std::int64_t> const& chosen, std::int64_t stored) {
    std::vector<ChosenBlock> blocks;
    for (auto rows : chosen) {
        ChosenBlock block{.block = std::ssize(blocks), .block_rows = stored};
        if (rows < stored) {
            block.every_row = false;
            for (std::int64_t r = 0; r < rows; ++r) block.rows.push_back(static_cast<int>(r));
        }
        blocks.push_back(block);
    }
    return blocks;
}

std::vector<std::int64_t> sizes_of(int count, ScanUnits const& units,
                                   std::vector<ChosenBlock> const& blocks, std::int64_t traits) {
    std::vector<std::int64_t> sizes;
    UnitIndex next{0};
    for (int k = 1; k <= count; ++k) {
        auto const own = units_of({k, count}, units, blocks, traits);
        CHECK(own.first == next);
        CHECK(own.size() >= 0);
        next = own.last;
        sizes.push_back(own.size());
    }
    CHECK(next == UnitIndex{units.count()});
    return sizes;
}

TEST_CASE("parse_shard: K of N, K from 1 to N", "[run]") {
    CHECK(parse_shard("3/22") == Shard{3, 22});
    CHECK(parse_shard("1/1") == Shard{1, 1});
    CHECK(to_string(Shard{3, 22}) == "3/22");
    for (auto const* text : {"", "3", "/", "3/", "/3", "0/3", "4/3", "-1/3", "1/3/5", "1/10001",
                             "1 / 3", "a/b", "1000000000/1000000000"}) {
        INFO(text);
        CHECK_THROWS_AS(parse_shard(text), UserError);
    }
}

TEST_CASE("units_of: shards are all units, in order, and of about equal work", "[run]") {
    auto const blocks = blocks_of(std::vector<std::int64_t>(40, 512), 512);
    ScanUnits const units{blocks, 1024};
    REQUIRE(units.count() == 20);
    for (int count : {1, 2, 3, 7, 19, 20, 21, 100}) {
        INFO(count);
        auto const sizes = sizes_of(count, units, blocks, 5);
        auto const [least, most] = std::ranges::minmax(sizes);
        CHECK(most - least <= 1);
    }
}

TEST_CASE("units_of: blocks that are read for few variants count as well", "[run]") {
    // The second half of the blocks has one chosen row of 512 each.
    std::vector<std::int64_t> chosen(32, 512);
    chosen.resize(32 + 1024, 1);
    auto const blocks = blocks_of(chosen, 512);
    ScanUnits const units{blocks, 256};
    auto const cheap = sizes_of(2, units, blocks, 1);
    // By rows the first shard would have nearly all rows; reading is most of the work.
    CHECK(cheap[0] > 0);
    CHECK(units_of({1, 2}, units, blocks, 1).last.get() * 256 > 32 * 512);
    // With many traits tests are.
    CHECK(units_of({1, 2}, units, blocks, 100'000).last.get() * 256 < 32 * 512);
}

TEST_CASE("units_of: a scan smaller than a unit is one shard's", "[run]") {
    auto const blocks = blocks_of({7}, 512);
    ScanUnits const units{blocks, 7};
    auto const sizes = sizes_of(5, units, blocks, 3);
    CHECK(std::ranges::count(sizes, 1) == 1);
    CHECK(std::ranges::count(sizes, 0) == 4);
}

TEST_CASE("list_numbers: runs are shortened", "[run]") {
    CHECK(list_numbers({4}) == "4");
    CHECK(list_numbers({4, 7}) == "4 and 7");
    CHECK(list_numbers({4, 5}) == "4 and 5");
    CHECK(list_numbers({1, 2, 3}) == "1 to 3");
    CHECK(list_numbers({1, 4, 5, 6, 9, 10}) == "1, 4 to 6, 9 and 10");
}

}  // namespace
}  // namespace maniple
