/// \file  Level 1 of a whole-genome regression over ranks and threads. Private to this module.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base_traits.hpp"
#include "level_zero_predictors.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/model/stacked_ridge.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/genome_blocks.hpp"
#include "maniple/run/whole_genome.hpp"

namespace maniple {

/// A trait's level 1.
struct StackedTrait {
    std::int64_t trait = 0;
    std::int64_t chosen = 0;  ///< Position of the heritability that sets the penalty.
    double r_squared = 0;     ///< As TraitPrediction::r_squared; NaN where none vary.
    /// Predictions without each contig, then by all: slices x samples of the base; NaN for samples
    /// without the trait. For scores, those by all alone.
    std::vector<float> slices;
    /// For scores, of the fit to all samples: one per standardised predictor; else none.
    std::vector<double> coefficients;
};

/// Moves predictors from ranks that have blocks to ranks that have traits, and stacks them there.
class LevelOne {
public:
    /// All outlive this object. \param at_once  traits of each rank, at the most; the same on all
    /// ranks.
    LevelOne(WholeGenomeRequest const& request, BaseTraits const& traits,
             GenomeBlocks const& blocks, LevelZeroPredictors& predictors, std::int64_t at_once,
             mpi::Communicator const& comm);

    /// Traits that are stacked at the same time, over all ranks and threads.
    std::int64_t most_traits() const { return most_traits_; }

    /// Stack traits first to last, which are then done with. \return on the root all of them, in
    /// order; elsewhere none. Collective over comm. \throws UserError where one cannot be fitted.
    std::vector<StackedTrait> stack(std::int64_t first, std::int64_t last);

private:
    std::int64_t samples() const { return std::ssize(traits_.folds); }
    std::int64_t columns() const { return std::ssize(contigs_); }
    bool for_scores() const { return request_.use == GenomeUse::scores; }
    std::int64_t slices() const { return for_scores() ? 1 : std::ssize(blocks_.contigs()) + 1; }
    bool is_own(std::int64_t trait) const { return owner_of(trait) == comm_.rank(); }
    int owner_of(std::int64_t trait) const { return static_cast<int>(trait % comm_.size()); }

    void send_others(std::int64_t first, std::int64_t last, std::vector<mpi::PendingSend>& sent);
    MatrixView<float const> collect(std::int64_t trait, AlignedBuffer<float>& room) const;
    void place(int rank, MatrixView<float const> from, MatrixView<float> to) const;
    StackedFit fit(std::int64_t trait, MatrixView<float const> predictors) const;
    void pack(std::int64_t trait, StackedFit const& fit, mpi::Bytes& message) const;
    std::vector<StackedTrait> unpack(std::vector<mpi::Bytes> const& messages) const;

    WholeGenomeRequest const& request_;
    BaseTraits const& traits_;
    GenomeBlocks const& blocks_;
    LevelZeroPredictors& predictors_;
    mpi::Communicator comm_;
    std::int64_t most_traits_;
    std::vector<std::int32_t> contigs_;        // Of each column.
    std::vector<AlignedBuffer<float>> rooms_;  // Of traits whose predictors come from ranks.
};

}  // namespace maniple
