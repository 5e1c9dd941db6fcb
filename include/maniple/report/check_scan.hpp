/// \file  Whether the text files of a scan's folder say what its results.h5 says.
#pragma once

#include <filesystem>

namespace maniple {

/// Names of traits and covariates, samples, numbers of variants, and of every trait variants
/// tested, hits and lambda GC. Nothing where summary.tsv or run.json is not there. Reads all
/// p-values. \throws CorruptInput that names the file which differs; EnvironmentError.
void check_scan_texts(std::filesystem::path const& run);

}  // namespace maniple
