/// \file  The page of a scan. Private to report.
#pragma once

#include <string>

#include "maniple/report/write_report.hpp"

namespace maniple {

/// \throws as write_report.
std::string scan_page(ReportRequest const& request);

}  // namespace maniple
