/// \file  The page of a scan. Private to report.
#pragma once

#include <string>

#include "maniple/report/write_report.hpp"

namespace maniple {

/// Notes where the page knows less than it could. \throws as write_report.
std::string scan_page(ReportRequest const& request, Log& log);

}  // namespace maniple
