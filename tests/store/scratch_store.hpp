/// \file  Small cohorts in a folder that goes away, for tests of the store.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "maniple/store/cohort.hpp"
#include "scratch_folder.hpp"

namespace maniple::test {

inline std::vector<char> bytes_of(std::filesystem::path const& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline void write_bytes(std::filesystem::path const& path, std::vector<char> const& bytes) {
    std::ofstream{path, std::ios::binary}.write(bytes.data(), std::ssize(bytes));
}

inline Samples make_samples(std::int64_t size) {
    Samples samples;
    for (std::int64_t i = 0; i < size; ++i) {
        samples.ids.push_back("person-" + std::to_string(i) + (i % 3 == 0 ? "-é" : ""));
        samples.families.push_back(std::to_string(i / 2));
        samples.sexes.push_back(static_cast<Sex>(i % 3));
    }
    return samples;
}

/// Genotypes drawn with ALT frequency `frequency`, a twentieth of them missing.
inline PackedBlock random_genotypes(std::int64_t variants, std::int64_t samples, unsigned seed,
                                    double frequency = 0.1) {
    std::mt19937 random{seed};
    std::bernoulli_distribution allele{frequency};
    std::bernoulli_distribution absent{0.05};
    PackedBlock block{variants, samples};
    for (LocalVariantIndex v{0}; v < LocalVariantIndex{variants}; ++v) {
        for (SampleIndex s{0}; s < SampleIndex{samples}; ++s) {
            auto const genotype = absent(random)
                                      ? missing_genotype
                                      : unsigned{allele(random)} + unsigned{allele(random)};
            block.set(v, s, genotype);
        }
    }
    return block;
}

/// Genotypes of which one in a thousand is not 0.
inline PackedBlock rare_genotypes(std::int64_t variants, std::int64_t samples, unsigned seed) {
    std::mt19937 random{seed};
    PackedBlock block{variants, samples};
    for (LocalVariantIndex v{0}; v < LocalVariantIndex{variants}; ++v) {
        for (std::int64_t carriers = 0; carriers < (samples + 999) / 1000; ++carriers) {
            block.set(v, SampleIndex{static_cast<std::int64_t>(random()) % samples},
                      static_cast<unsigned>(random() % 4));
        }
    }
    return block;
}

inline std::vector<Variant> make_variants(std::int64_t first, std::int64_t count) {
    std::vector<Variant> variants;
    for (auto v = first; v < first + count; ++v) {
        variants.push_back({.position = static_cast<std::int32_t>(1000 + 7 * v),
                            .id = v % 5 == 0 ? "." : "rs" + std::to_string(v),
                            .reference = v % 4 == 0 ? "A" : "CG",
                            .alternate = "T"});
    }
    return variants;
}

/// Everything that a partition says of its variants' names.
inline std::vector<Variant> all_variants(PartitionReader const& reader) {
    std::vector<Variant> variants;
    for (std::int64_t b = 0; b < reader.blocks(); ++b) {
        for (auto& variant : reader.read_variants(b)) variants.push_back(std::move(variant));
    }
    return variants;
}

/// One partition of a cohort, with what went into it.
struct KnownPartition {
    PartitionEntry entry;
    std::vector<Variant> variants;
    std::vector<PackedBlock> blocks;
};

inline KnownPartition write_partition(std::filesystem::path const& store, std::string const& contig,
                                      PartitionFormat const& format, std::int64_t variants,
                                      unsigned seed, double frequency = 0.1,
                                      Compression compression = Compression::automatic) {
    std::filesystem::create_directories(store / "genotypes");
    PartitionWriter writer{store / "genotypes" / (contig + "-1.h5"), contig, format,
                           packed_codec(compression)};
    KnownPartition known;
    known.variants = make_variants(0, variants);
    for (std::int64_t first = 0; first < variants; first += format.block_variants) {
        auto const rows = std::min(format.block_variants, variants - first);
        known.blocks.push_back(
            random_genotypes(rows, format.samples, seed + static_cast<unsigned>(first), frequency));
        writer.append(std::span{known.variants}.subspan(static_cast<std::size_t>(first),
                                                        static_cast<std::size_t>(rows)),
                      encode_block(known.blocks.back().view(),
                                   chunk_rows(format.block_variants, format.samples), compression));
    }
    known.entry = writer.finish();
    return known;
}

inline CohortIndex make_index(Samples samples, std::int64_t block_variants) {
    CohortIndex index;
    index.fingerprint = fingerprint(samples);
    index.samples = std::move(samples);
    index.block_variants = block_variants;
    return index;
}

inline Table make_table(std::string name, std::int64_t samples) {
    Table table{.name = std::move(name),
                .source = "p.tsv",
                .rows = {.file_rows = samples + 3, .matched = samples},
                .columns = {}};
    Column height{.name = "height", .type = ColumnType::quantitative, .levels = {}, .values = {}};
    Column site{
        .name = "site", .type = ColumnType::categorical, .levels = {"Köln", "Oslo"}, .values = {}};
    for (std::int64_t i = 0; i < samples; ++i) {
        height.values.push_back(i % 7 == 0 ? std::numeric_limits<double>::quiet_NaN()
                                           : 170.0 + 0.25 * static_cast<double>(i));
        site.values.push_back(static_cast<double>(i % 2));
    }
    table.columns = {height, site};
    return table;
}

}  // namespace maniple::test
