/// \file  Runs of neighbouring variants that a whole-genome regression takes together.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/model/variant_filter.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/variant_choice.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// Where one variant's genotypes are.
struct VariantPlace {
    std::int32_t block = 0;  ///< Among the chosen blocks.
    std::int32_t row = 0;    ///< In the block.
};

/// Consecutive variants of one contig.
struct GenomeBlock {
    std::int32_t contig = 0;  ///< Among GenomeBlocks::contigs().
    std::vector<VariantPlace> variants;
};

/// The chosen variants that vary and pass a filter, in blocks that depend on them alone: not on the
/// store's blocks, nor on ranks. A contig's blocks stand together, wherever in the store its
/// variants are.
class GenomeBlocks {
public:
    /// Counts genotypes of `base` in one pass. Collective over comm.
    /// \param cohort, chosen  outlive this object. \param most  variants of a block, at the most;
    ///                        the last one of a contig may have fewer.
    /// \throws UserError where no variant is left.
    GenomeBlocks(Cohort const& cohort, std::vector<ChosenBlock> const& chosen,
                 VariantFilter const& filter, SampleMask const& base, std::int64_t most,
                 mpi::Communicator const& comm, int threads);

    /// Unique by canonical_contig; as the store spells them where they come first.
    std::vector<std::string> const& contigs() const { return contigs_; }
    std::vector<GenomeBlock> const& blocks() const { return blocks_; }
    std::int64_t variants() const { return variants_; }

    /// Blocks of a rank: every so-manieth.
    bool is_own(std::size_t block) const;

    /// What is done with one block. Threads call it at the same time; `thread` is below the number
    /// of threads.
    using Work = std::function<void(int thread, std::size_t block, PackedView genotypes)>;

    /// Which blocks something is to be done with.
    using Choice = std::function<bool(std::size_t block)>;

    /// Do `work` with each block of this rank, in any order, or those that are wanted. \throws what
    /// work throws; Error with ExitCode::stopped where any process is asked to stop. Collective
    /// over comm.
    void each(Work const& work, Choice const& is_wanted = {});

private:
    void divide(std::span<std::int64_t const> kept, std::int64_t most);

    Cohort const& cohort_;
    std::vector<ChosenBlock> const& chosen_;
    mpi::Communicator comm_;
    int threads_;
    std::vector<std::string> contigs_;
    std::vector<GenomeBlock> blocks_;
    std::int64_t variants_ = 0;
};

}  // namespace maniple
