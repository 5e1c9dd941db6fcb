/// \file  A small store, of which targets damage one file each.
#pragma once

#include <filesystem>
#include <limits>

#include "scratch.hpp"
#include "store/scratch_store.hpp"

namespace maniple::fuzz {

inline CohortIndex make_store(std::filesystem::path const& store) {
    std::filesystem::remove_all(store);
    std::filesystem::create_directories(store / "genotypes");
    CohortIndex index{.samples = test::make_samples(5), .block_variants = 4};
    index.fingerprint = fingerprint(index.samples);
    for (auto const* contig : {"1", "X"}) {
        auto const name = std::string{"genotypes/"} + contig + "-1.h5";
        PartitionWriter writer{store / name, contig, index.format(), Codec::deflate};
        for (std::int64_t first = 0; first < 6; first += 4) {
            auto const variants = std::min<std::int64_t>(4, 6 - first);
            auto const genotypes = test::random_genotypes(variants, 5, 1);
            auto const block =
                encode_block(genotypes.view(), chunk_rows(4, 5), Compression::deflate);
            writer.append(test::make_variants(first, variants), block);
        }
        index.partitions.push_back(writer.finish());
        index.partitions.back().file = name;
    }
    write_cohort_index(store, index);
    write_table(store, index,
                {.name = "t",
                 .source = "t.tsv",
                 .rows = {5, 4},
                 .columns = {{.name = "age", .levels = {}, .values = {1, 2, 3, 4, 5}},
                             {.name = "site",
                              .type = ColumnType::categorical,
                              .levels = {"a", "b"},
                              .values = {0, 1, 0, 1, std::numeric_limits<double>::quiet_NaN()}}}},
                ExistingTable::replace);
    return index;
}

}  // namespace maniple::fuzz
