/// \file  The first and the last section of a scan's page. Private to report.
#pragma once

#include <string>
#include <vector>

#include "maniple/report/scan_record.hpp"
#include "maniple/report/write_report.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// Whose genotypes tell linkage, or why none do.
struct LinkageSource {
    bool is_there = false;
    std::string reason;  ///< A sentence, where it is not.
};

/// Samples, traits, variants, exclusions, plan and versions, as tables.
/// \param rows  of summary.tsv that are shown.
std::string overview_html(ResultHeader const& header, ScanRecord const& record,
                          ScanSummary const& summary, std::vector<std::size_t> const& rows);

/// How the numbers of the page came about.
std::string methods_html(LocusRule const& rule, LinkageSource const& linkage);

}  // namespace maniple
