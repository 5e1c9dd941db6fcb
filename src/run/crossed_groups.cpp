#include "maniple/run/crossed_groups.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/run/small_cells.hpp"

namespace maniple {
namespace {

constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();

// A choice of groups, those of the first division within those of the second, is a cut of this
// network: whoever is in a chosen group of the second alone is cut, at the price of one; a chosen
// group of the first never leaves the chosen ones of the second. The cheapest choice is a minimal
// cut (L. R. Ford and D. R. Fulkerson 1956, Can. J. Math. 8).
class CheapestChoice {
public:
    explicit CheapestChoice(std::size_t groups) : leaving_(groups) {}

    void add_cell(std::size_t first, std::size_t second, std::int64_t people) {
        arcs_.push_back({second, unbounded});
        leaving_[first].push_back(arcs_.size() - 1);
        arcs_.push_back({first, people});
        leaving_[second].push_back(arcs_.size() - 1);
    }

    // Are there choices with group `within`, without group `without`, that cut fewer than `limit`?
    bool is_under(std::int64_t limit, std::size_t within, std::size_t without) const {
        auto arcs = arcs_;
        std::int64_t cut = 0;
        while (cut < limit) {
            auto const pushed = push(arcs, within, without);
            if (pushed == 0) return true;
            if (pushed >= limit) return false;
            cut += pushed;
        }
        return false;
    }

private:
    struct Arc {
        std::size_t to = 0;
        std::int64_t room = 0;  // The one beside it, of the same cell, goes back.
    };

    // Along a shortest way with room; 0: there is none.
    std::int64_t push(std::vector<Arc>& arcs, std::size_t from, std::size_t to) const {
        constexpr auto nowhere = std::numeric_limits<std::size_t>::max();
        std::vector<std::size_t> entered(leaving_.size(), nowhere);
        std::vector<std::size_t> queue{from};
        for (std::size_t next = 0; next < queue.size() && entered[to] == nowhere; ++next) {
            for (auto arc : leaving_[queue[next]]) {
                auto const group = arcs[arc].to;
                if (arcs[arc].room == 0 || group == from || entered[group] != nowhere) continue;
                entered[group] = arc;
                queue.push_back(group);
            }
        }
        if (entered[to] == nowhere) return 0;
        auto pushed = unbounded;
        for (auto group = to; group != from; group = arcs[entered[group] ^ 1].to) {
            pushed = std::min(pushed, arcs[entered[group]].room);
        }
        for (auto group = to; group != from; group = arcs[entered[group] ^ 1].to) {
            auto& along = arcs[entered[group]];
            auto& back = arcs[entered[group] ^ 1];
            if (along.room != unbounded) along.room -= pushed;
            if (back.room != unbounded) back.room += pushed;
        }
        return pushed;
    }

    std::vector<std::vector<std::size_t>> leaving_;
    std::vector<Arc> arcs_;
};

std::size_t count_groups(std::span<std::int32_t const> groups) {
    return groups.empty() ? 0 : static_cast<std::size_t>(std::ranges::max(groups)) + 1;
}

}  // namespace

std::optional<CrossedCell> find_few_between(std::span<std::int32_t const> first,
                                            std::span<std::int32_t const> second,
                                            std::span<std::int32_t const> classes,
                                            std::int64_t limit) {
    expect(limit >= 1, "a limit is a number of people");
    expect(first.size() == second.size() && first.size() == classes.size(),
           "everybody is in a group of each division and of a class");
    for (auto const& values : {first, second, classes}) {
        expect(std::ranges::none_of(values, [](auto v) { return v < 0; }), "groups have numbers");
    }

    using Cell = std::pair<std::int32_t, std::int32_t>;
    std::map<Cell, std::map<std::int32_t, std::int64_t>> cells;
    for (std::size_t s = 0; s < first.size(); ++s) ++cells[{first[s], second[s]}][classes[s]];
    auto const firsts = count_groups(first);
    auto const of_second = [&](std::int32_t group) {
        return firsts + static_cast<std::size_t>(group);
    };
    for (std::size_t c = 0; c < count_groups(classes); ++c) {
        auto const own = static_cast<std::int32_t>(c);
        auto const people = [&](std::map<std::int32_t, std::int64_t> const& counts) {
            auto const found = counts.find(own);
            return found == counts.end() ? 0 : found->second;
        };
        std::vector<std::int64_t> totals(firsts + count_groups(second));
        for (auto const& [cell, counts] : cells) {
            totals[static_cast<std::size_t>(cell.first)] += people(counts);
            totals[of_second(cell.second)] += people(counts);
        }
        CheapestChoice choice{totals.size()};
        for (auto const& [cell, counts] : cells) {
            auto const known_empty = totals[static_cast<std::size_t>(cell.first)] == 0 ||
                                     totals[of_second(cell.second)] == 0;
            if (known_empty) continue;
            choice.add_cell(static_cast<std::size_t>(cell.first), of_second(cell.second),
                            people(counts));
        }
        for (auto const& [cell, counts] : cells) {
            if (!is_small(people(counts), limit)) continue;
            if (choice.is_under(limit, of_second(cell.second),
                                static_cast<std::size_t>(cell.first))) {
                return CrossedCell{cell.first, cell.second};
            }
        }
    }
    return std::nullopt;
}

}  // namespace maniple
