/// \file  Which samples take part in a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/trait/samples.hpp"

namespace maniple {

/// Files of sample IDs, one a line: IID, or FID and IID; a header and further columns are ignored.
/// What a command knows itself of its samples stands beside them.
struct SampleFiles {
    std::filesystem::path keep;    ///< Empty: everybody.
    std::filesystem::path remove;  ///< Empty: nobody.
    std::vector<bool> among{};     ///< One per sample: only these; empty: everybody.
};

/// Samples in `keep` and `among`, and not in `remove`. Says how many lines name nobody in the
/// cohort. \throws UserError when a file cannot be read, names nobody of the cohort, or nobody is
/// left.
SampleMask choose_samples(Samples const& samples, SampleFiles const& files, Log& log);

}  // namespace maniple
