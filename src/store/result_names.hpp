/// \file  The datasets of results.h5 that name variants, a few rows at a time. Private to store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "maniple/hdf5/file.hpp"
#include "maniple/store/result_file.hpp"
#include "result_layout.hpp"

namespace maniple {

/// A piece of the names as it lies in the file before compression: columns one after the other,
/// texts padded with NUL to their width.
struct NamePiece {
    std::vector<std::int32_t> contig;
    std::vector<std::int32_t> position;
    std::vector<char> ids;
    std::vector<char> alleles;  ///< REF, ALT of each row.

    std::uint64_t checksum() const;
};

/// Writes variant_contig, variant_position, variant_id, variant_allele and their checksums,
/// name_checksum: one per piece of shape.name_rows.
class ResultNamesWriter {
public:
    ResultNamesWriter(hdf5::File& file, ResultHeader const& header, ResultShape shape);

    /// \pre every text fits its width; no more rows than announced
    void append(std::int32_t contig, std::span<Variant const> variants);
    std::int64_t rows() const { return rows_; }  ///< Appended so far.

    /// Write the pieces that end at or before a row, so that where they lie in the file does not
    /// depend on how early they were appended. \pre row <= rows()
    void write_until(std::int64_t row);

    /// \pre all rows were appended
    void finish(hdf5::File& file);

private:
    using Streams = std::array<std::vector<std::byte>, 4>;
    void encode();
    void write_first();

    std::int64_t variants_;
    std::size_t id_width_;
    std::size_t allele_width_;
    std::int64_t piece_rows_;
    std::array<hdf5::Dataset, 4> datasets_;
    NamePiece piece_;
    std::deque<Streams> waiting_;
    std::int64_t rows_ = 0;
    std::int64_t written_ = 0;
    std::vector<std::uint64_t> checksums_;
};

class ResultNamesReader {
public:
    /// \throws CorruptInput.
    ResultNamesReader(hdf5::File const& file, ResultHeader const& header, ResultShape shape);

    /// \pre the rows are in the file. \throws CorruptInput.
    ResultNames read(hdf5::File const& file, Range<GlobalVariantIndex> rows) const;
    ResultPlaces read_places(hdf5::File const& file, Range<GlobalVariantIndex> rows) const;

private:
    /// Calls `take(piece, place)` for each row, with its place in the piece.
    template <class Take>
    void for_each(hdf5::File const& file, Range<GlobalVariantIndex> rows, Take const& take) const;
    NamePiece read_piece(hdf5::File const& file, std::int64_t first_row) const;

    std::int64_t variants_;
    std::int64_t contigs_;
    std::size_t id_width_;
    std::size_t allele_width_;
    std::int64_t piece_rows_;
    std::array<hdf5::Dataset, 4> datasets_;
    std::vector<std::uint64_t> checksums_;
};

}  // namespace maniple
