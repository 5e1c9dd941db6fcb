#include "maniple/run/shard.hpp"

#include <algorithm>
#include <charconv>
#include <regex>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

// So that costs times shards are no large numbers.
constexpr int most_shards = 10'000;

// What each unit and those before it cost: a trait's test of a row, or the reading of one, is 1.
std::vector<std::int64_t> running_costs(ScanUnits const& units, std::span<ChosenBlock const> blocks,
                                        std::int64_t traits) {
    std::vector<std::int64_t> costs{0};
    for (std::int64_t u = 0; u < units.count(); ++u) {
        auto cost = costs.back();
        for (auto const& piece : units.pieces(u)) {
            cost += piece.rows * traits + blocks[piece.block.at()].block_rows;
        }
        costs.push_back(cost);
    }
    return costs;
}

// The unit that the shards before `number` end with, exclusively: the first whose middle lies
// beyond their share.
UnitIndex border(std::vector<std::int64_t> const& costs, int number, int count) {
    std::int64_t unit = 0;
    for (; unit + 1 < std::ssize(costs); ++unit) {
        auto const u = static_cast<std::size_t>(unit);
        if ((costs[u] + costs[u + 1]) * count > 2 * costs.back() * number) break;
    }
    return UnitIndex{unit};
}

}  // namespace

Shard parse_shard(std::string const& text) {
    static std::regex const form{R"((\d{1,6})/(\d{1,6}))"};
    std::smatch part;
    Shard shard;
    if (std::regex_match(text, part, form)) {
        shard = {.number = std::stoi(part[1]), .count = std::stoi(part[2])};
        if (shard.number >= 1 && shard.number <= shard.count && shard.count <= most_shards) {
            return shard;
        }
    }
    throw UserError{
        fmt::format("option --shard = '{}' (must be K/N, K from 1 to N, such as 3/22); correct the "
                    "value",
                    text)};
}

std::string to_string(Shard shard) { return fmt::format("{}/{}", shard.number, shard.count); }

Range<UnitIndex> units_of(Shard shard, ScanUnits const& units, std::span<ChosenBlock const> blocks,
                          std::int64_t traits) {
    expect(1 <= shard.number && shard.number <= shard.count, "the shard is one of them");

    auto const costs = running_costs(units, blocks, traits);
    return {border(costs, shard.number - 1, shard.count), border(costs, shard.number, shard.count)};
}

}  // namespace maniple
