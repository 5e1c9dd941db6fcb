#include "result_layout.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/contract.hpp"
#include "maniple/hdf5/file.hpp"

namespace maniple {

// Measured with 200 and 1,000 traits: a chunk costs its writer about 0.7 us and its encoder 3 us
// whatever its length, so that at 4,096 rows they hardly count; but ranks and threads share whole
// row chunks, and there should be a few for each.
std::int64_t result_chunk_rows(std::int64_t variants, std::int64_t traits) {
    expect(variants >= 0, "there is no negative count of variants");
    expect(traits > 0, "results have traits");

    constexpr std::int64_t most_rows = 4096;
    constexpr std::int64_t usual_rows = 1024;
    constexpr std::int64_t fewest_rows = 64;
    constexpr std::int64_t cell_bytes = 8 + 4 + 4 + 1;
    constexpr std::int64_t most_bytes = std::int64_t{64} << 20;
    constexpr std::int64_t few_traits = 16;
    auto const wanted_chunks = traits <= few_traits ? 48 : 24;
    auto rows = most_rows;
    while (rows > usual_rows && rows * wanted_chunks > variants) rows /= 2;
    while (rows > fewest_rows && rows * cell_bytes > most_bytes / traits) rows /= 2;
    return std::min(rows, std::max<std::int64_t>(variants, 1));
}

std::int64_t result_writing_bytes(std::int64_t variants, std::int64_t traits) {
    std::int64_t cell_bytes = 0;
    for (auto const& dataset : result_datasets) cell_bytes += dataset.value_bytes;
    return hdf5::File::writing_bytes(variants * traits * cell_bytes, hdf5::Caching::start);
}

ResultShape shape_of(ResultHeader const& header) {
    // One long allele makes all of them wide: a piece must still fit the memory.
    constexpr std::int64_t most_rows = 4096;
    constexpr std::int64_t most_bytes = std::int64_t{4} << 20;
    auto const row_bytes = 4 + 4 + header.id_width + 2 * header.allele_width;
    auto const rows = std::min(most_rows, std::max<std::int64_t>(1, most_bytes / row_bytes));
    return {.chunk_rows = result_chunk_rows(header.variants, std::ssize(header.traits)),
            .name_rows = std::min(rows, std::max<std::int64_t>(header.variants, 1))};
}

std::uint64_t checksum_of(ResultHeader const& header, ResultShape const& shape) {
    Checksum sum;
    for (auto const* list : {&header.traits, &header.statuses, &header.contigs}) {
        auto const size = std::ssize(*list);
        sum.add_values(std::span{&size, 1});
        for (auto const& name : *list) sum.add(name);
    }
    sum.add(header.model);
    sum.add(header.covariates);
    sum.add(header.missing_genotype);
    sum.add_values(std::span{&header.fingerprint, 1});
    for (auto number : {header.variants, header.id_width, header.allele_width, shape.chunk_rows,
                        shape.name_rows}) {
        sum.add_values(std::span<std::int64_t const>{&number, 1});
    }
    return sum.value();
}

}  // namespace maniple
