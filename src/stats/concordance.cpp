#include "maniple/stats/concordance.hpp"

#include <limits>
#include <vector>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Counts by rank, with sums over the ranks below in logarithmic time (Fenwick 1994).
class RankCounts {
public:
    explicit RankCounts(std::int64_t ranks) : sums_(static_cast<std::size_t>(ranks) + 1) {}

    void add(std::int64_t rank, std::int64_t count) {
        total_ += count;
        for (auto i = rank + 1; i < std::ssize(sums_); i += i & -i) {
            sums_[static_cast<std::size_t>(i)] += count;
        }
    }
    std::int64_t below(std::int64_t rank) const {
        std::int64_t sum = 0;
        for (auto i = rank; i > 0; i -= i & -i) sum += sums_[static_cast<std::size_t>(i)];
        return sum;
    }
    std::int64_t total() const { return total_; }

private:
    std::vector<std::int64_t> sums_;
    std::int64_t total_ = 0;
};

}  // namespace

double ConcordanceCounts::index() const {
    auto const pairs = concordant + discordant + tied;
    if (pairs == 0) return std::numeric_limits<double>::quiet_NaN();
    return (static_cast<double>(concordant) + static_cast<double>(tied) / 2) /
           static_cast<double>(pairs);
}

ConcordanceCounts count_concordance(PredictorOrder const& order, std::span<double const> times,
                                    std::span<std::uint8_t const> is_event,
                                    Multiplicities multiplicity) {
    return count_concordance(order, PredictorOrder{times}, is_event, multiplicity);
}

ConcordanceCounts count_concordance(PredictorOrder const& order, PredictorOrder const& by_time,
                                    std::span<std::uint8_t const> is_event,
                                    Multiplicities multiplicity) {
    expect(by_time.samples() == order.samples(), "every sample has a time");
    expect(std::ssize(is_event) == order.samples(), "every sample has an event or none");
    expect(multiplicity.empty() || multiplicity.size() == is_event.size(),
           "every sample has a multiplicity");

    ConcordanceCounts counts;
    RankCounts later{order.values()};  // Those known to be free of the event for longer.
    auto const by = by_time.ascending();
    auto const rank = [&](std::int32_t s) { return order.ranks()[static_cast<std::size_t>(s)]; };
    auto const many = [&](std::int32_t s) {
        return multiplicity.empty() ? 1 : std::int64_t{multiplicity[static_cast<std::size_t>(s)]};
    };
    auto const has_event = [&](std::int32_t s) { return is_event[static_cast<std::size_t>(s)]; };
    auto const time = [&](std::int32_t s) { return by_time.ranks()[static_cast<std::size_t>(s)]; };
    for (auto last = by.size(); last > 0;) {
        auto first = last;
        while (first > 0 && time(by[first - 1]) == time(by[last - 1])) --first;
        auto const tied_times = by.subspan(first, last - first);
        for (auto s : tied_times) {
            if (has_event(s) == 0) later.add(rank(s), many(s));
        }
        for (auto s : tied_times) {
            if (has_event(s) == 0 || many(s) == 0) continue;
            auto const below = later.below(rank(s));
            auto const up_to = later.below(rank(s) + 1);
            counts.concordant += many(s) * below;
            counts.tied += many(s) * (up_to - below);
            counts.discordant += many(s) * (later.total() - up_to);
        }
        for (auto s : tied_times) {
            if (has_event(s) != 0) later.add(rank(s), many(s));
        }
        last = first;
    }
    return counts;
}

}  // namespace maniple
