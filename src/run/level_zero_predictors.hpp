/// \file  What level 0 of a whole-genome regression predicts. Private to this module.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/matrix_view.hpp"
#include "scratch_file.hpp"

namespace maniple {

/// Extents of a rank's predictors.
struct PredictorExtents {
    std::int64_t traits = 0;
    std::int64_t blocks = 0;  ///< Of this rank.
    std::int64_t heritabilities = 0;
    std::int64_t samples = 0;  ///< Of the base.
    int threads = 1;
};

/// Predictors of a rank's own blocks: of each trait columns x samples of the base, block after
/// block, a block's heritabilities side by side. In memory, or in a file from which those of a
/// trait are read when they are asked for; their bytes are the same.
class LevelZeroPredictors {
public:
    explicit LevelZeroPredictors(PredictorExtents extents);
    /// In a file. \param traits  what they are of, as a later run will know them.
    /// \throws as ScratchFile.
    LevelZeroPredictors(PredictorExtents extents, ScratchOwner const& owner,
                        std::vector<std::int64_t> traits);

    /// Did an earlier run leave the predictors of a block?
    bool has(std::int64_t block) const;

    /// Where the predictors of a block go, for model/block_ridge.hpp, until `finish`. Threads may
    /// fill different blocks at the same time, each one of its own. \param block  among this
    /// rank's.
    std::vector<float*> rows_of(int thread, std::int64_t block);
    /// They are there. \throws EnvironmentError.
    void finish(int thread, std::int64_t block);

    /// \throws CorruptInput, EnvironmentError where they come from a file.
    MatrixView<float const> of_trait(std::int64_t trait);

    /// Free the memory of a trait that is done with.
    void release(std::int64_t trait);

    /// Leave the file, if there is one, to a later run.
    void keep();

private:
    std::int64_t columns() const { return extents_.blocks * extents_.heritabilities; }

    PredictorExtents extents_;
    std::vector<AlignedBuffer<float>> of_traits_;  // With a file, those in use alone.
    std::unique_ptr<ScratchFile> file_;
    std::vector<AlignedBuffer<float>> blocks_;  // Of each thread, on their way to the file.
};

}  // namespace maniple
