/// \file  Whether the text files of a scan's folder say what its results.h5 says.
#pragma once

#include <filesystem>

namespace maniple {

/// Compared are names of traits and covariates, samples, numbers of variants, and of every trait
/// samples, variants tested, hits and lambda GC; nothing where summary.tsv or run.json is not
/// there. Reads p-values and numbers of samples of all tests.
/// \throws CorruptInput that names the file which differs; EnvironmentError.
void check_scan_texts(std::filesystem::path const& run);

}  // namespace maniple
