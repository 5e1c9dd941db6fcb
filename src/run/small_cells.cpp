#include "maniple/run/small_cells.hpp"

#include <algorithm>
#include <optional>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

using Counts = std::vector<std::int64_t>;

bool any_small(Counts const& counts, std::int64_t limit) {
    return std::ranges::any_of(counts, [&](std::int64_t c) { return is_small(c, limit); });
}

// Do the suppressed groups hide each other?
bool is_hidden(std::vector<Counts> const& groups, std::vector<bool> const& suppressed,
               std::int64_t limit) {
    auto const many = std::ranges::count(suppressed, true);
    if (many == 0) return true;
    if (many == 1) return false;
    Counts sums(groups.front().size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
        if (!suppressed[g]) continue;
        for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += groups[g][c];
    }
    return !any_small(sums, limit);
}

}  // namespace

std::vector<bool> suppress_small(std::vector<std::vector<std::int64_t>> const& groups,
                                 std::int64_t limit, std::vector<bool> suppressed) {
    expect(limit >= 1, "a limit is a number of people");
    for (auto const& group : groups) {
        expect(!group.empty() && group.size() == groups.front().size(), "groups have like counts");
    }

    expect(suppressed.empty() || suppressed.size() == groups.size(), "a flag per group");
    suppressed.resize(groups.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
        if (any_small(groups[g], limit)) suppressed[g] = true;
    }
    while (!is_hidden(groups, suppressed, limit)) {
        std::optional<std::size_t> smallest;
        for (std::size_t g = 0; g < groups.size(); ++g) {
            // An empty group hides nothing.
            if (suppressed[g] || groups[g][0] == 0) continue;
            if (!smallest || groups[g][0] < groups[*smallest][0]) smallest = g;
        }
        if (!smallest) break;
        suppressed[*smallest] = true;
    }
    return suppressed;
}

}  // namespace maniple
