/// \file  The results of one block on their way to rank zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/model/linear_scan.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// variants x traits of results in the types and the order of results.h5: one array per quantity,
/// trait by trait, in one run of bytes.
class ResultBlock {
public:
    /// \param tests  rows x traits, row-major.
    static ResultBlock pack(std::int64_t rows, std::int64_t traits,
                            std::span<LinearTest const> tests);
    /// Bytes of a block of this shape.
    static std::size_t size_of(std::int64_t rows, std::int64_t traits);
    /// \pre   bytes.size() == size_of(rows, traits)
    ResultBlock(std::int64_t rows, std::int64_t traits, mpi::Bytes bytes);

    /// Per trait, in order. Valid as long as this block.
    std::vector<ResultRows> rows() const;
    mpi::Bytes const& bytes() const { return bytes_; }

private:
    std::int64_t rows_;
    std::int64_t traits_;
    mpi::Bytes bytes_;
};

}  // namespace maniple
