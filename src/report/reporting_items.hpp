/// \file  The items of a reporting standard for polygenic risk scores, as far as a run knows them.
/// Private to report.
#pragma once

#include <string>
#include <vector>

#include "maniple/run/evaluation_file.hpp"

namespace maniple {

struct ReportingItem {
    std::string area;
    std::string item;
    std::string known;         ///< What the run knows; empty: nothing.
    bool is_complete = false;  ///< May it stand as it is? If not, authors add to it.
};

/// Items by the names of their fields, in their order. Source: H. Wand et al. (2021), Nature 591
/// (Polygenic Risk Score Reporting Standards), table 1.
std::vector<ReportingItem> list_reporting_items(EvaluationFile const& file);

}  // namespace maniple
