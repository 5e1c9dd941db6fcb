/// \file  Result files with known contents, for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "maniple/store/result_file.hpp"

namespace maniple::test {

struct ContigVariants {
    std::string contig;
    std::vector<Variant> variants;
};

/// Hand the columns of some traits of one row chunk to a ResultWriter or ResultSpool.
/// \param all  of these traits, every row.
template <class Target>
void write_chunk(Target& target, std::int64_t first_row, std::int64_t first_trait,
                 std::span<TraitResults const> all, std::int64_t traits) {
    auto const variants = std::ssize(all.front().beta);
    auto const chunk_rows = result_chunk_rows(variants, traits);
    auto const rows = static_cast<std::size_t>(std::min(chunk_rows, variants - first_row));
    auto trait = first_trait;
    std::deque<std::vector<std::byte>> kept;  // A ResultSpool looks back.
    for (auto const& results : all) {
        auto const put = [&]<class T>(ResultColumn which, std::vector<T> const& values) {
            auto& encoded = kept.emplace_back();
            auto const part =
                std::span<T const>{values}.subspan(static_cast<std::size_t>(first_row), rows);
            encode_results(part, chunk_rows, encoded);
            target.write(which, first_row, TraitIndex{trait}, EncodedColumn{encoded});
        };
        put(ResultColumn::beta, results.beta);
        put(ResultColumn::standard_error, results.standard_error);
        put(ResultColumn::neg_log10_p, results.neg_log10_p);
        put(ResultColumn::status, results.status);
        put(ResultColumn::samples, results.samples);
        put(ResultColumn::effect_allele_frequency, results.effect_allele_frequency);
        ++trait;
    }
    if constexpr (std::is_same_v<Target, ResultSpool>) target.end_row_chunk();
}

/// Complete a header with what follows from the variants.
inline ResultHeader describe(ResultHeader header, std::span<ContigVariants const> contigs) {
    header.variants = 0;
    for (auto const& [contig, variants] : contigs) {
        header.contigs.push_back(contig);
        header.variants += std::ssize(variants);
        for (auto const& variant : variants) {
            header.id_width = std::max(header.id_width, std::ssize(variant.id));
            header.allele_width = std::max({header.allele_width, std::ssize(variant.reference),
                                            std::ssize(variant.alternate)});
        }
    }
    return header;
}

inline void write_results(std::filesystem::path const& path, ResultHeader const& plan,
                          std::span<ContigVariants const> contigs,
                          std::span<TraitResults const> all) {
    auto const header = describe(plan, contigs);
    auto const traits = std::ssize(header.traits);
    ResultWriter writer{path, header};
    for (auto const& [contig, variants] : contigs) writer.append_variants(contig, variants);
    auto const step = result_chunk_rows(header.variants, traits);
    for (std::int64_t row = 0; row < header.variants; row += step) {
        write_chunk(writer, row, 0, all, traits);
    }
    writer.finish();
}

}  // namespace maniple::test
