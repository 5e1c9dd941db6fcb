#include "maniple/report/variant_result.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/small_count.hpp"
#include "svg_text.hpp"

namespace maniple {
namespace {

// Least share of the counted samples that have a genotype. Where missing ones count as the mean,
// results.h5 does not say how many have; more than half do.
double least_called(ResultHeader const& header) {
    return header.missing_genotype == "drop" ? 1 : 0.5;
}

bool may_be_few(double frequency, std::int32_t samples, double called) {
    constexpr double rounding = 0.5;
    auto const copies = 2.0 * samples * called * std::min(frequency, 1 - frequency);
    return copies > 0 && copies < static_cast<double>(fewest_told) - rounding;
}

// An effect with its p gives the standard error away, that the number of copies, and of one copy
// the effect is one person's trait.
void hide_few(VariantResult& result) {
    constexpr auto unknown = std::numeric_limits<double>::quiet_NaN();
    result.beta = unknown;
    result.standard_error = unknown;
    result.frequency = unknown;
}

}  // namespace

std::string VariantResult::alleles() const {
    constexpr std::size_t longest = 16;
    return fmt::format("{}/{}", shortened(variant.reference, longest),
                       shortened(variant.alternate, longest));
}

std::string VariantResult::name(std::vector<std::string> const& contigs) const {
    if (!variant.id.empty() && variant.id != ".") return variant.id;
    return fmt::format("{}:{}", contigs[static_cast<std::size_t>(contig)], variant.position);
}

std::vector<VariantResult> read_results(ResultReader const& results, TraitIndex trait,
                                        std::span<std::int64_t const> rows) {
    expect(std::ranges::is_sorted(rows), "rows are ascending");

    std::vector<VariantResult> all;
    all.reserve(rows.size());
    auto const chunk = results.chunk_rows();
    auto const called = least_called(results.header());
    for (std::size_t first = 0; first < rows.size();) {
        auto last = first;
        while (last < rows.size() && rows[last] / chunk == rows[first] / chunk) ++last;
        Range<GlobalVariantIndex> const range{GlobalVariantIndex{rows[first]},
                                              GlobalVariantIndex{rows[last - 1] + 1}};
        auto names = results.names(range);
        auto const beta = results.read<double>(ResultColumn::beta, trait, range);
        auto const error = results.read<float>(ResultColumn::standard_error, trait, range);
        auto const p = results.read<float>(ResultColumn::neg_log10_p, trait, range);
        auto const samples = results.read<std::int32_t>(ResultColumn::samples, trait, range);
        auto const frequency =
            results.read<float>(ResultColumn::effect_allele_frequency, trait, range);
        for (; first < last; ++first) {
            auto const i = static_cast<std::size_t>(rows[first] - range.first.get());
            all.push_back({.row = rows[first],
                           .contig = names.contig[i],
                           .variant = names.variants[i],
                           .beta = beta[i],
                           .standard_error = static_cast<double>(error[i]),
                           .neg_log10_p = static_cast<double>(p[i]),
                           .frequency = static_cast<double>(frequency[i])});
            if (may_be_few(all.back().frequency, samples[i], called)) hide_few(all.back());
        }
    }
    return all;
}

}  // namespace maniple
