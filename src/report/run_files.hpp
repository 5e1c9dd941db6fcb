/// \file  Whether the files of a scan's folder are of one run. Private to report.
#pragma once

#include <cstddef>
#include <filesystem>

#include "maniple/report/scan_record.hpp"
#include "maniple/report/scan_survey.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// What results.h5 says of traits, variants, covariates and samples is what run.json and
/// summary.tsv say, and the latter has the columns and kinds of numbers that a scan writes.
/// \throws CorruptInput that names the file which differs.
void require_one_run(std::filesystem::path const& run, ResultHeader const& header,
                     ScanRecord const& record, ScanSummary const& summary);

/// Variants tested, hits and lambda GC of summary.tsv are those of a trait's p-values. \throws
/// CorruptInput. \param row  of summary.tsv.
void require_same_counts(std::filesystem::path const& run, ScanSummary const& summary,
                         std::size_t row, TraitSurvey const& survey);

}  // namespace maniple
