#include "maniple/report/genome_axis.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>

#include "maniple/core/contract.hpp"
#include "maniple/run/export_results.hpp"

namespace maniple {

GenomeAxis::GenomeAxis(std::vector<std::string> const& names,
                       std::vector<std::int32_t> const& lengths)
    : order_(names.size(), -1) {
    expect(names.size() == lengths.size(), "every contig has a length");

    std::vector<std::size_t> sorted(names.size());
    std::iota(sorted.begin(), sorted.end(), std::size_t{0});
    std::erase_if(sorted, [&](std::size_t contig) { return lengths[contig] <= 0; });
    std::ranges::stable_sort(sorted, {}, [&](std::size_t contig) {
        return std::tuple{contig_rank(names[contig]), std::string_view{names[contig]}};
    });
    auto const all = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
    // A gap is a 250th of the genome, all gaps together a tenth at the most.
    auto const gap = all / std::max<std::int64_t>(250, 10 * std::ssize(sorted));
    for (auto const contig : sorted) {
        if (!contigs_.empty()) length_ += gap;
        order_[contig] = static_cast<std::int32_t>(contigs_.size());
        contigs_.push_back({names[contig], length_ - 1, lengths[contig]});
        length_ += lengths[contig];
    }
}

std::int32_t GenomeAxis::order_of(std::int32_t contig) const {
    expect(contig >= 0 && contig < std::ssize(order_), "the contig is one of the list");
    auto const order = order_[static_cast<std::size_t>(contig)];
    expect(order >= 0, "the contig has variants");
    return order;
}

std::int64_t GenomeAxis::coordinate(GenomePlace const& place) const {
    return contigs_[static_cast<std::size_t>(order_of(place.contig))].offset +
           std::max(place.position, 0);
}

}  // namespace maniple
