/// \file  PLINK 1 files (bed, bim, fam), written as a stream: the inverse of plink_reader.
#pragma once

#include <filesystem>
#include <memory>

#include "maniple/store/variant_block.hpp"
#include "maniple/trait/samples.hpp"

namespace maniple {

/// Writes PREFIX.bed, PREFIX.bim and PREFIX.fam under temporary names; `finish` gives them theirs,
/// .bed last. A writer destroyed before `finish` removes what it wrote. A1 = ALT, A2 = REF.
class PlinkWriter {
public:
    /// \throws UserError when a name cannot stand in these files (white space); EnvironmentError.
    PlinkWriter(std::filesystem::path const& prefix, Samples const& samples);
    PlinkWriter(PlinkWriter&&) noexcept;
    PlinkWriter& operator=(PlinkWriter&&) noexcept;
    ~PlinkWriter();

    /// \pre    block.genotypes.samples() == samples.size()
    /// \throws EnvironmentError, for instance when the disk is full.
    void append(VariantBlock const& block);

    /// fsync and rename over files of that name. \throws EnvironmentError.
    void finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace maniple
