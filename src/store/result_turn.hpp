/// \file  The order in which columns of results come. Private to store.
#pragma once

#include <cstdint>

#include "maniple/core/contract.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// Whose turn it is among the columns of one row chunk: traits of a run in order, all columns of
/// each.
class ResultTurn {
public:
    explicit ResultTurn(std::int64_t first_trait) : trait_{first_trait} {}

    std::int64_t trait() const { return trait_; }  ///< Traits before it are complete.
    bool between_traits() const { return column_ == 0; }

    void take(ResultColumn which, TraitIndex trait) {
        expect(trait.get() == trait_ && static_cast<int>(which) == column_,
               "it is this column's turn");
        if (++column_ < result_columns) return;
        column_ = 0;
        ++trait_;
    }

private:
    std::int64_t trait_;
    int column_ = 0;
};

/// Is it of its dataset's type, and are all rows of its row chunk there, padded?
inline bool is_column(EncodedColumn column, int value_bytes, std::int64_t rows,
                      std::int64_t chunk_rows) {
    return column.value_bytes() == value_bytes && column.rows() == rows &&
           column.chunk_rows() == chunk_rows;
}

/// What every column of a row chunk must be.
inline void expect_column(EncodedColumn column, int value_bytes, std::int64_t rows,
                          std::int64_t chunk_rows) {
    expect(column.value_bytes() == value_bytes, "the column has its dataset's type");
    expect(column.rows() == rows, "the column has all rows of its row chunk");
    expect(column.chunk_rows() == chunk_rows, "the column is padded to its chunk");
}

}  // namespace maniple
