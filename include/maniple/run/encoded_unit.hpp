/// \file  The numbers of one unit of a scan, compressed, on their way to rank zero.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "maniple/mpi/communicator.hpp"
#include "maniple/run/scan_models.hpp"
#include "maniple/run/unit_arrays.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

using ColumnIndex = Index<struct ColumnAxis>;  ///< Trait or pattern of a null model.

/// How the columns of a unit are shared out: groups of patterns first, then groups of traits.
class ColumnGroups {
public:
    /// Groups hold values enough to be worth a task.
    ColumnGroups(std::int64_t traits, std::int64_t patterns, std::int64_t unit_rows);

    std::int64_t count() const { return pattern_groups_ + trait_groups_; }
    bool is_of_traits(std::int64_t group) const { return group >= pattern_groups_; }
    /// Positions of the group's patterns or traits. \pre 0 <= group < count()
    Range<ColumnIndex> members(std::int64_t group) const;

private:
    std::int64_t traits_;
    std::int64_t patterns_;
    std::int64_t group_size_;
    std::int64_t pattern_groups_;
    std::int64_t trait_groups_;
};

/// Takes each column in the order of ResultWriter::write; `trait` is a position in the batch.
using ColumnSink = std::function<void(ResultColumn, TraitIndex trait, EncodedColumn)>;

/// The encoded columns of one unit. `samples` and `effect_allele_frequency` are there once for all
/// traits of one missingness pattern.
class EncodedUnit {
public:
    /// Nothing encoded yet.
    explicit EncodedUnit(ColumnGroups const& groups)
        : groups_(static_cast<std::size_t>(groups.count())) {}

    /// Compress one group's columns. Groups may be encoded by different threads at once.
    /// \param rows        of the unit. \param chunk_rows  of all units but the last.
    void encode(ColumnGroups const& groups, std::int64_t group, UnitArrays const& arrays,
                std::int64_t rows, std::int64_t chunk_rows);

    /// All groups in one run of bytes, and back. \pre every group is encoded
    mpi::Bytes take_message();
    static EncodedUnit from_message(mpi::Bytes message);

    /// Hand out every column. \pre every group is encoded, of arrays of this layout
    void for_each_column(UnitLayout const& layout, ColumnSink const& sink) const;

private:
    EncodedUnit() = default;
    std::vector<mpi::Bytes> groups_;
};

}  // namespace maniple
