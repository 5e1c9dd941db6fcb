/// \file  One line of a table to its fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace maniple {

enum class Separator { tab, comma, blanks };

/// Tab where the header has one, else comma, else any number of blanks.
Separator detect_separator(std::string_view header);

/// Replace `fields` by the fields of `line`. A field that begins with a double quote ends with one;
/// two of them inside stand for one. Blanks around tab and comma separated fields are removed.
/// Returns false where a quote is not closed, or something follows a closing one.
bool split_fields(std::string_view line, Separator separator, std::vector<std::string>& fields);

}  // namespace maniple
