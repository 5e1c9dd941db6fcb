/// \file  What a scan needs of a rank's memory, and how much of it there is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "maniple/model/linear_scan.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/scan_models.hpp"
#include "maniple/run/variant_choice.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// What the ranks of a scan agree on, so that all plan alike.
struct ScanLimits {
    std::int64_t memory = 0;   ///< Of each rank [bytes].
    std::int64_t resting = 0;  ///< Bytes that a rank holds before it reads anything.
    int threads = 1;           ///< The most of any rank.
};

/// The least of any rank: `asked`, or else 80% of what it may use. Collective over comm.
ScanLimits agree_on_limits(std::optional<std::int64_t> asked, int threads,
                           mpi::Communicator const& comm);

/// What offsets make a scan keep.
struct OffsetExtent {
    std::int64_t contigs = 0;      ///< With offsets of their own; 0: there are no offsets.
    std::int64_t trait_bytes = 0;  ///< Of each trait of a batch, for all contigs.
};

/// Traits that are regressed as events, of all batches together.
struct EventTraits {
    std::int64_t binary = 0;
    std::int64_t times = 0;                 ///< To an event.
    std::optional<EventSettings> settings;  ///< How they are tested, where there are any.

    std::int64_t all() const { return binary + times; }
};

/// Peak memory of one rank.
class ScanMemory {
public:
    /// \param blocks  of the scan. \param traits  of all batches together.
    ScanMemory(Cohort const& cohort, std::span<ChosenBlock const> blocks, std::int64_t traits,
               MissingGenotype missing, ScanLimits limits, OffsetExtent offsets,
               EventTraits const& events);

    /// Rows of a unit.
    std::int64_t unit_rows() const { return unit_rows_; }

    /// Of a batch with these null models.
    std::int64_t of_batch(ScanModels const& models) const;

    /// What a trait needs by a logistic or Cox model of its own, as dense columns.
    /// \pre model is not linear
    std::int64_t event_columns(TraitModel model, std::int64_t covariates) const;

    /// The same before there is one: of a batch of some traits and patterns of missing values that
    /// need `columns` dense columns beside the traits. No less than `of_batch`.
    std::int64_t of_batch(std::int64_t traits, std::int64_t patterns, std::int64_t columns,
                          std::int64_t covariates) const;

private:
    std::int64_t while_fitting(std::int64_t null, std::int64_t columns,
                               std::int64_t covariates) const;
    std::int64_t event_fitting(std::int64_t covariates) const;
    std::int64_t numbers(std::int64_t traits, std::int64_t patterns) const;
    std::int64_t with_offsets(std::int64_t traits, std::int64_t columns,
                              std::int64_t covariates) const;

    std::int64_t samples_;
    std::int64_t block_variants_;
    std::int64_t threads_;
    MissingGenotype missing_;
    OffsetExtent offsets_;
    EventTraits events_;
    std::int64_t rows_ = 0;
    std::int64_t unit_rows_ = 1;
    std::int64_t arrays_ = 1;   // Units in numbers,
    std::int64_t encoded_ = 1;  // and compressed.
    std::int64_t always_;       // Held from the beginning.
    std::int64_t buffers_ = 0;  // Blocks as they are read,
    std::int64_t slices_ = 0;   // and contigs with offsets that are on their way beside them.
};

}  // namespace maniple
