/// \file  What tests of ingest share: sources of three contigs, and what a partition must hold.
#pragma once

#include <algorithm>
#include <filesystem>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/run/ingest.hpp"
#include "run/given_source.hpp"

namespace maniple::test {

inline GivenSource three_contigs(std::int64_t samples = 45, unsigned seed = 1) {
    std::vector<GivenContig> contigs;
    contigs.push_back(random_contig("1", 70, samples, seed));
    contigs.push_back(random_contig("HLA-A*01:01", 16, samples, seed + 1));
    contigs.push_back(random_contig("X", 1, samples, seed + 2));
    return {make_samples(samples), std::move(contigs)};
}

inline IngestSummary run(std::filesystem::path const& store,
                         std::vector<GenotypeSource*> const& sources,
                         IngestOptions const& options) {
    Log log{Speaker::silent};
    return ingest(store, sources, options, log);
}

inline void check_partition(Cohort const& cohort, std::size_t number, GivenContig const& expected) {
    CHECK(cohort.index().partitions[number].contig == expected.name);
    auto const partition = cohort.open_partition(number);
    CHECK(test::all_variants(partition) == expected.variants);
    std::int64_t row = 0;
    for (std::int64_t b = 0; b < partition.blocks(); ++b) {
        RawBlock raw;
        partition.read_block(b, raw);
        auto const block = decode_block(raw);
        bool const last = b + 1 == partition.blocks();
        CHECK((last || raw.variants() == cohort.index().block_variants));
        for (LocalVariantIndex v{0}; v < LocalVariantIndex{raw.variants()}; ++v, ++row) {
            CHECK(std::ranges::equal(block.row(v),
                                     expected.genotypes.view().row(LocalVariantIndex{row})));
        }
    }
    CHECK(row == std::ssize(expected.variants));
}

inline std::int64_t entries(std::filesystem::path const& folder) {
    return std::distance(std::filesystem::directory_iterator{folder}, {});
}

}  // namespace maniple::test
