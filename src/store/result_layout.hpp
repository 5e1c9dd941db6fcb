/// \file  What writer and reader of results.h5 agree on. Private to store.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "maniple/core/checksum.hpp"
#include "maniple/hdf5/dataset.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

inline constexpr std::int64_t result_version = 2;

struct ResultDataset {
    std::string_view name;
    hdf5::Element element;
    int value_bytes;
};

/// The datasets of variants x traits, in the order of ResultColumn.
inline constexpr std::array<ResultDataset, result_columns> result_datasets{
    {{"beta", hdf5::Element::float64, 8},
     {"standard_error", hdf5::Element::float32, 4},
     {"neg_log10_p", hdf5::Element::float32, 4},
     {"status", hdf5::Element::uint8, 1},
     {"samples", hdf5::Element::int32, 4},
     {"effect_allele_frequency", hdf5::Element::float32, 4}}};

/// row chunks x (traits x result_columns), uint64: the checksum of each chunk of the datasets
/// above, over its values' byte planes without padding.
inline constexpr char const* column_checksum = "column_checksum";

/// How rows are cut.
struct ResultShape {
    std::int64_t chunk_rows = 1;  ///< Of the numbers.
    std::int64_t name_rows = 1;   ///< Of the names.
};

ResultShape shape_of(ResultHeader const& header);

/// Number of pieces of `rows` that `all` rows are cut into; the last one may be shorter.
constexpr std::int64_t pieces(std::int64_t all, std::int64_t rows) {
    return (all + rows - 1) / rows;
}

/// Covers everything but the numbers and the variants' names, which have checksums of their own.
std::uint64_t checksum_of(ResultHeader const& header, ResultShape const& shape);

}  // namespace maniple
