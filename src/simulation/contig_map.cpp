#include "maniple/simulation/contig_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

constexpr std::array<double, most_contigs> megabases{249, 242, 198, 190, 182, 171, 159, 145,
                                                     138, 134, 135, 133, 114, 107, 102, 90,
                                                     83,  80,  59,  64,  47,  51};

// Cumulative rounding: whole numbers that add up to `variants`, each within one of its share.
std::vector<std::int64_t> divide(std::int64_t variants, std::int64_t contigs) {
    std::vector<std::int64_t> counts;
    std::vector<double> remainders;
    for (std::int64_t c = 0; c < contigs; ++c) {
        double const share = static_cast<double>(variants) *
                             megabases[static_cast<std::size_t>(c)] * 1e6 / genome_length(contigs);
        counts.push_back(static_cast<std::int64_t>(share));
        remainders.push_back(share - std::floor(share));
    }
    std::vector<std::size_t> order(counts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](auto a, auto b) { return remainders[a] > remainders[b]; });
    auto const left = variants - std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    for (std::size_t i = 0; i < static_cast<std::size_t>(left); ++i) ++counts[order[i]];
    return counts;
}

}  // namespace

double genome_length(std::int64_t contigs) {
    expect(contigs >= 1 && contigs <= most_contigs, "chromosomes 1 to 22 are known");
    return 1e6 * std::accumulate(megabases.begin(), megabases.begin() + contigs, 0.0);
}

std::vector<ContigShare> share_variants(std::int64_t variants, std::int64_t contigs) {
    expect(variants > 0, "a genome has variants");
    expect(genome_length(contigs) >= 2.0 * static_cast<double>(variants), "variants have room");

    std::vector<ContigShare> shares;
    GlobalVariantIndex next{0};
    auto const counts = divide(variants, contigs);
    for (std::size_t c = 0; c < counts.size(); ++c) {
        if (counts[c] == 0) continue;
        auto const number = static_cast<std::int64_t>(c) + 1;
        shares.push_back({.name = std::to_string(number),
                          .number = number,
                          .spacing = megabases[c] * 1e6 / static_cast<double>(counts[c]),
                          .variants = {next, next + counts[c]}});
        next = next + counts[c];
    }
    return shares;
}

std::vector<Variant> draw_variants(ContigShare const& contig, Range<GlobalVariantIndex> variants,
                                   std::uint64_t seed) {
    expect(contig.variants.first <= variants.first && variants.first <= variants.last &&
               variants.last <= contig.variants.last,
           "variants lie on the contig");

    constexpr std::array<char const*, 4> bases{"A", "C", "G", "T"};
    std::vector<Variant> result;
    result.reserve(static_cast<std::size_t>(variants.size()));
    for (auto v = variants.first; v < variants.last; ++v) {
        RandomStream stream{seed, Purpose::variant_position, static_cast<std::uint64_t>(v.get())};
        // Whole bases inside a step: two steps never share one.
        double const step =
            std::floor(static_cast<double>(v - contig.variants.first) * contig.spacing);
        double const inside = std::floor(stream.uniform() * std::floor(contig.spacing));
        auto const position = static_cast<std::int32_t>(step + inside) + 1;
        auto const reference = stream.below(4);
        auto const alternate = (reference + 1 + stream.below(3)) % 4;
        result.push_back({.position = position,
                          .id = fmt::format("sim_{}_{}", contig.name, position),
                          .reference = bases[reference],
                          .alternate = bases[alternate]});
    }
    return result;
}

}  // namespace maniple
