/// \file  maniple report: one page about one run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/log.hpp"

namespace maniple {

/// How variants that are found together count as one finding.
struct LocusRule {
    std::int64_t distance = 500'000;  ///< To either side of a lead variant [base pairs].
    double clump_r_squared = 0.1;     ///< Least r^2 to the lead, where genotypes are there.
};

struct ReportRequest {
    std::filesystem::path run;             ///< Folder of a finished scan or evaluation.
    std::filesystem::path file = {};       ///< Empty: report.html in that folder.
    std::vector<std::string> traits = {};  ///< Of a scan, names; empty: those with most hits.
    std::filesystem::path store = {};  ///< Empty: the one that the run was of, where it is there.
    LocusRule loci = {};
    ExistingFile existing = ExistingFile::refuse;  ///< What `file` may replace.
};

/// What kind of run a folder holds.
enum class RunKind { scan, evaluation };

/// \throws UserError when it is no folder, not finished, or of a kind that has no page.
RunKind kind_of_run(std::filesystem::path const& run);

/// Write the page; it appears when it is complete. In the run's own folder, an earlier page is
/// replaced. The same run and store give the same bytes.
/// \throws UserError when there is no such run or trait, the store is not that of the run, or the
/// file may not be replaced; CorruptInput, EnvironmentError.
void write_report(ReportRequest const& request, Log& log);

/// What a command does last: the page of its run, unless it is there. A failure costs the page
/// alone: its message says how to write it, and its code is that of an EnvironmentError.
/// \throws EnvironmentError.
void write_last_report(std::filesystem::path const& run, Log& log);

}  // namespace maniple
