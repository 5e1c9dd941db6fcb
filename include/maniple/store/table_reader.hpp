/// \file  One table of a store, column by column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "maniple/store/partition.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// Keeps tables/<name>.h5 open. Memory is that of the descriptions: values are read when asked for.
/// One thread per process may call the members.
class TableReader {
public:
    /// \param format  of the store. \throws UserError when there is none of this name; CorruptInput
    ///                when its checksum or fingerprint differs.
    TableReader(std::filesystem::path const& store, PartitionFormat const& format,
                std::string const& name);
    TableReader(TableReader&&) noexcept;
    TableReader& operator=(TableReader&&) noexcept;
    ~TableReader();

    TableSummary const& summary() const;
    /// Values of one column, in the order of the cohort's samples; NaN = missing.
    /// \pre column < summary().columns.size(); values.size() == format.samples
    /// \throws CorruptInput when its checksum differs.
    void read(std::size_t column, std::span<double> values) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace maniple
