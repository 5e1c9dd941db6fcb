/// \file  Bytes that need not be text. Private to report.
#pragma once

#include <string>
#include <string_view>

namespace maniple {

/// The same text; control characters but line feed and tab, and every byte that does not belong to
/// a well-formed UTF-8 sequence (RFC 3629), become U+FFFD.
std::string valid_utf8(std::string_view text);

}  // namespace maniple
