/// \file  A scan cut into units of work: the row chunks of results.h5.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/run/variant_choice.hpp"

namespace maniple {

/// The part of a block that lies in one unit, or a run of its rows.
struct UnitPiece {
    BlockIndex block{0};        ///< Of the run's chosen blocks.
    std::int64_t first = 0;     ///< Of the block's chosen rows.
    std::int64_t rows = 0;      ///< Chosen rows.
    std::int64_t unit_row = 0;  ///< Where they start in the unit.
};

/// The rows of a scan in units of equal size, but for the last. A block that crosses the border of
/// two units has a piece in each.
class ScanUnits {
public:
    /// \param blocks      of the run, in order; outlives this object.
    /// \param piece_rows  the most that a piece has.
    /// \pre every block has rows; unit_rows > 0; piece_rows > 0
    ScanUnits(std::span<ChosenBlock const> blocks, std::int64_t unit_rows,
              std::int64_t piece_rows = std::numeric_limits<std::int64_t>::max());

    std::int64_t count() const { return std::ssize(starts_); }
    std::int64_t unit_rows() const { return unit_rows_; }  ///< Of all but the last.
    /// Rows of the result. \pre 0 <= unit < count()
    Range<GlobalVariantIndex> rows(std::int64_t unit) const;
    /// In order. \pre 0 <= unit < count()
    std::vector<UnitPiece> pieces(std::int64_t unit) const;
    std::int64_t piece_count(std::int64_t unit) const { return std::ssize(pieces(unit)); }

private:
    struct Start {
        std::int64_t block;  ///< That holds the unit's first row.
        std::int64_t first;  ///< Of the block's chosen rows.
    };

    std::span<ChosenBlock const> blocks_;
    std::int64_t unit_rows_;
    std::int64_t piece_rows_;
    std::int64_t rows_ = 0;
    std::vector<Start> starts_;
};

/// The rank that computes a unit. All ranks go through the file together, and the root, which
/// writes as well, has never more units than another.
constexpr int owner_of_unit(std::int64_t unit, int ranks) {
    return static_cast<int>((unit + 1) % ranks);
}

}  // namespace maniple
