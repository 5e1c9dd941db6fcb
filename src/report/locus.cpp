#include "maniple/report/locus.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <tuple>
#include <utility>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

/// Hits in the order of the genome, and which of them belong to a locus.
class HitTable {
public:
    HitTable(std::vector<Hit> hits, std::int64_t distance)
        : hits_{std::move(hits)}, distance_{distance}, next_free_(hits_.size() + 1) {
        std::ranges::sort(hits_, {}, [](Hit const& hit) { return std::tuple{hit.place, hit.row}; });
        std::iota(next_free_.begin(), next_free_.end(), std::size_t{0});
    }

    Hit const& operator[](std::size_t at) const { return hits_[at]; }
    bool is_free(std::size_t at) const { return next_free_[at] == at; }
    void take(std::size_t at) { next_free_[at] = at + 1; }

    std::vector<std::size_t> strongest_first() const {
        std::vector<std::size_t> order(hits_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [&](std::size_t at) {
            return std::pair{-hits_[at].neg_log10_p, hits_[at].row};
        });
        return order;
    }

    // Free hits near this one.
    std::vector<std::size_t> near(std::size_t lead) {
        auto const& place = hits_[lead].place;
        auto const least = static_cast<std::int64_t>(place.position) - distance_;
        auto const most = static_cast<std::int64_t>(place.position) + distance_;
        auto const first = std::ranges::partition_point(hits_, [&](Hit const& hit) {
            return hit.place.contig < place.contig ||
                   (hit.place.contig == place.contig && hit.place.position < least);
        });
        std::vector<std::size_t> found;
        for (auto at = find_free(static_cast<std::size_t>(first - hits_.begin()));
             at < hits_.size() && hits_[at].place.contig == place.contig &&
             hits_[at].place.position <= most;
             at = find_free(at + 1)) {
            if (at != lead) found.push_back(at);
        }
        return found;
    }

private:
    // The next one that is free, with shorter ways for the next search.
    std::size_t find_free(std::size_t at) {
        auto free = at;
        while (next_free_[free] != free) free = next_free_[free];
        while (next_free_[at] != free) at = std::exchange(next_free_[at], free);
        return free;
    }

    std::vector<Hit> hits_;
    std::int64_t distance_;
    std::vector<std::size_t> next_free_;
};

}  // namespace

std::vector<Locus> find_loci(std::vector<Hit> hits, LocusRule const& rule,
                             LinkageToLead const& linkage) {
    expect(rule.distance >= 0, "a distance is not negative");

    HitTable table{std::move(hits), rule.distance};
    std::vector<Locus> loci;
    for (auto const lead : table.strongest_first()) {
        if (!table.is_free(lead)) continue;
        auto const position = table[lead].place.position;
        Locus locus{.lead = table[lead], .first = position, .last = position};
        auto const near = table.near(lead);
        std::vector<double> r_squared;
        if (linkage) {
            std::vector<Hit> others;
            for (auto const at : near) others.push_back(table[at]);
            r_squared = linkage(table[lead], others);
            if (!r_squared.empty() || near.empty()) locus.basis = LocusBasis::linkage;
        }
        table.take(lead);
        for (std::size_t i = 0; i < near.size(); ++i) {
            if (!r_squared.empty() && r_squared[i] < rule.clump_r_squared) continue;
            table.take(near[i]);
            ++locus.hits;
            locus.first = std::min(locus.first, table[near[i]].place.position);
            locus.last = std::max(locus.last, table[near[i]].place.position);
        }
        loci.push_back(locus);
    }
    return loci;
}

}  // namespace maniple
