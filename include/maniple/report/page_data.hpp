/// \file  Data inside a page, for its script.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace maniple {

/// JSON in one line, in ASCII; NaN is null, bytes that are no UTF-8 become U+FFFD, and nothing in
/// it ends a script element.
std::string to_page_json(nlohmann::ordered_json const& json);

/// A script element with this ID: `application/json`, or, where that is larger than 20 kB,
/// `text/plain` with data-encoding="deflate-base64" (a zlib stream). \pre json is from to_page_json
std::string embed_data(std::string_view id, std::string_view json);

/// RFC 4648, section 4, with padding.
std::string to_base64(std::span<std::byte const> bytes);

/// Numbers with so many digits behind the point, at most, for arrays of a plot: the page is
/// smaller, the plot the same.
std::vector<double> rounded(std::span<double const> values, int digits);

/// One number with so many significant digits. NaN and infinity stay.
double with_significant_digits(double value, int digits);

}  // namespace maniple
