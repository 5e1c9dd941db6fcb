/// \file  Once over the chosen genotypes, blocks shared out over ranks and threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/block_reader.hpp"
#include "maniple/run/variant_choice.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

struct PlacedVariant {
    std::string contig;
    Variant variant;
};

/// The blocks of a run, whose chosen variants are counted on from block to block.
class GenotypePasses {
public:
    /// \param cohort, blocks  outlive this object.
    GenotypePasses(Cohort const& cohort, std::vector<ChosenBlock> const& blocks,
                   mpi::Communicator const& comm, int threads);

    /// What is done with one block: its chosen variants alone, the first of which is `first` among
    /// all chosen ones. Threads call it at the same time; `thread` is below `threads()`.
    using Work = std::function<void(int thread, GlobalVariantIndex first, PackedView genotypes)>;

    /// Do `work` with every block of this rank, in any order. Collective over comm. \throws what
    /// any rank's work throws.
    void each_block(Work const& work);
    /// The same with those of this rank's blocks alone that hold any of `variants`.
    /// \pre   variants ascends
    void each_block_with(std::span<GlobalVariantIndex const> variants, Work const& work);

    /// Packed rows of `variants`, in order, on every rank. Collective over comm.
    /// \pre   variants ascends
    PackedBlock collect(std::span<GlobalVariantIndex const> variants);

    std::int64_t variants() const { return first_.back(); }
    std::int64_t most_block_variants() const { return most_; }
    int threads() const { return threads_; }
    mpi::Communicator const& comm() const { return comm_; }

    /// Names of `variants`, in order; for one rank. \pre variants ascends
    std::vector<PlacedVariant> names(std::span<GlobalVariantIndex const> variants);

private:
    void each(std::vector<std::size_t> const& blocks, Work const& work);
    std::vector<std::size_t> blocks_with(std::span<GlobalVariantIndex const> variants) const;
    bool is_own(std::size_t block) const;
    /// Chosen variants of a block among `variants`: first and end of their run.
    std::span<GlobalVariantIndex const> inside(std::size_t block,
                                               std::span<GlobalVariantIndex const> variants) const;

    Cohort const& cohort_;
    std::vector<ChosenBlock> const& blocks_;
    mpi::Communicator comm_;
    int threads_;
    std::vector<std::int64_t> first_;  // Chosen variant that each block begins with, and the end.
    std::int64_t most_ = 0;
    BlockReader reader_;
};

}  // namespace maniple
