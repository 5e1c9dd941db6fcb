/// \file  Numbers in a page's tables and sentences. Private to report.
#pragma once

#include <string>

#include "maniple/report/page_table.hpp"

namespace maniple {

/// "3.2e-20" of -log10 p, however small p is; empty for NaN.
std::string p_value_text(double neg_log10_p);

/// So many significant digits; empty for NaN.
std::string number_text(double value, int digits = 4);

/// Cells; missing for NaN. Saved tables have the float that results.h5 holds, and p as exports do.
PageCell number_cell(double value, int digits = 4);
PageCell p_cell(double neg_log10_p);
/// "1,234".
PageCell count_cell(std::int64_t count);

}  // namespace maniple
