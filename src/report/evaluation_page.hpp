/// \file  The page of an evaluation. Private to report.
#pragma once

#include <string>

#include "maniple/report/write_report.hpp"

namespace maniple {

/// \throws as write_report; UserError where options of scans are given.
std::string evaluation_page(ReportRequest const& request);

}  // namespace maniple
