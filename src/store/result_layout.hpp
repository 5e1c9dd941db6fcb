/// \file  What writer and reader of results.h5 agree on. Private to store.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "maniple/core/checksum.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

inline constexpr std::int64_t result_version = 1;

/// The datasets of variants x traits; a trait's row of `trait_checksum` has this order.
inline constexpr std::array<std::string_view, 6> result_datasets{
    "beta", "standard_error", "neg_log10_p", "status", "samples", "effect_allele_frequency"};

/// Rows of a chunk: a function of the shape alone, so that equal results have equal bytes. One
/// chunk of every dataset and trait is what a writer holds in memory: under 128 MB, where it can.
std::int64_t result_chunk_rows(std::int64_t variants, std::int64_t traits);

/// Covers the header and the checksums of all traits; the variant table is the rest.
void add_to(Checksum& sum, ResultHeader const& header,
            std::vector<std::uint64_t> const& trait_checksums);

}  // namespace maniple
