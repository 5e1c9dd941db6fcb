/// \file  Whether the files of a scan's folder are of one run. Private to report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "maniple/report/scan_record.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// What results.h5 says of traits, variants, covariates and samples is what run.json and
/// summary.tsv say, and the latter has the columns and kinds of numbers that a scan writes.
/// \throws CorruptInput that names the file which differs.
void require_one_run(std::filesystem::path const& run, ResultHeader const& header,
                     ScanRecord const& record, ScanSummary const& summary);

/// What results.h5 has of a trait.
struct TraitNumbers {
    std::int64_t most_samples = 0;  ///< In a regression.
    std::int64_t tested = 0;        ///< Variants.
    std::int64_t hits = 0;
    double lambda_gc = 0;  ///< NaN where none was tested.
};

/// summary.tsv says them, lambda GC to its digits; of samples, where those without a genotype are
/// left out, that there are no more. \param row  of summary.tsv. \throws CorruptInput.
void require_same_counts(std::filesystem::path const& run, ResultHeader const& header,
                         ScanSummary const& summary, std::size_t row, TraitNumbers const& numbers);

}  // namespace maniple
