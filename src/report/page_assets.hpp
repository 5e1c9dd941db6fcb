/// \file  Script and style of every page, as they were when the program was built. Private to
/// report.
#pragma once

#include <string_view>

namespace maniple {

std::string_view page_script();
std::string_view page_style();

}  // namespace maniple
