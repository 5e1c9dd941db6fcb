/// \file  Findings as a list in a page. Private to report.
#pragma once

#include <string>
#include <vector>

#include "evaluation_reading.hpp"

namespace maniple {

/// Cautions are marked in words, too: no reader depends on colours.
std::string to_html(std::vector<ReportFinding> const& findings);

}  // namespace maniple
