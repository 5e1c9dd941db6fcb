#include "maniple/run/scan_units.hpp"

#include <algorithm>

#include "maniple/core/contract.hpp"

namespace maniple {

ScanUnits::ScanUnits(std::span<ChosenBlock const> blocks, std::int64_t unit_rows,
                     std::int64_t piece_rows)
    : blocks_{blocks}, unit_rows_{unit_rows}, piece_rows_{piece_rows} {
    expect(unit_rows > 0 && piece_rows > 0, "units and pieces have rows");
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        auto const size = blocks[b].size();
        expect(size > 0, "a chosen block has rows");
        auto const next_start = std::ssize(starts_) * unit_rows;
        for (auto row = next_start; row < rows_ + size; row += unit_rows) {
            starts_.push_back({static_cast<std::int64_t>(b), row - rows_});
        }
        rows_ += size;
    }
}

Range<GlobalVariantIndex> ScanUnits::rows(std::int64_t unit) const {
    expect(unit >= 0 && unit < count(), "unit is inside the scan");
    return {GlobalVariantIndex{unit * unit_rows_},
            GlobalVariantIndex{std::min((unit + 1) * unit_rows_, rows_)}};
}

std::vector<UnitPiece> ScanUnits::pieces(std::int64_t unit) const {
    auto const size = rows(unit).size();
    auto [block, first] = starts_[static_cast<std::size_t>(unit)];
    std::vector<UnitPiece> pieces;
    for (std::int64_t row = 0; row < size;) {
        auto const left = blocks_[static_cast<std::size_t>(block)].size() - first;
        auto const rows = std::min({left, size - row, piece_rows_});
        pieces.push_back(
            {.block = BlockIndex{block}, .first = first, .rows = rows, .unit_row = row});
        row += rows;
        first += rows;
        if (rows == left) {
            ++block;
            first = 0;
        }
    }
    return pieces;
}

}  // namespace maniple
