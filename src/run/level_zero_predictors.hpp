/// \file  What level 0 of a whole-genome regression predicts. Private to this module.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// Predictors of a rank's own blocks: of each trait columns x samples of the base, block after
/// block, a block's heritabilities side by side.
class LevelZeroPredictors {
public:
    LevelZeroPredictors(std::int64_t traits, std::int64_t blocks, std::int64_t heritabilities,
                        std::int64_t samples);

    /// Where the predictors of a block go, for model/block_ridge.hpp. Threads may fill different
    /// blocks at the same time. \param block  among this rank's.
    std::vector<float*> rows_of(std::int64_t block);

    MatrixView<float const> of_trait(std::int64_t trait) const;

    /// Free the memory of a trait that is done with.
    void release(std::int64_t trait);

private:
    std::int64_t heritabilities_;
    std::int64_t columns_;
    std::int64_t samples_;
    std::vector<AlignedBuffer<float>> of_traits_;
};

}  // namespace maniple
