/// \file  A finished scan and the store it was of. Private to report.
#pragma once

#include <cstddef>
#include <vector>

#include "find_linkage.hpp"
#include "maniple/report/scan_record.hpp"
#include "maniple/report/write_report.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

struct ScanRun {
    ReportRequest request;
    ResultReader results;
    ScanRecord record;
    ScanSummary summary;
    std::vector<std::size_t> rows;  ///< Of summary.tsv: the traits that were asked for.
    FoundLinkage linkage;

    ResultHeader const& header() const { return results.header(); }
};

/// Open the files of a run that agree with each other. \param linkage  nothing: find_linkage's.
/// \throws UserError when a trait or the store that was asked for is not the run's; CorruptInput,
/// EnvironmentError.
ScanRun open_scan_run(ReportRequest const& request, std::optional<FoundLinkage> linkage = {});

}  // namespace maniple
