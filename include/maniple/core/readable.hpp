/// \file  Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace maniple {

/// 1234567 -> "1,234,567".
std::string grouped(std::int64_t value);

/// "1.2 MB".
std::string readable_bytes(std::int64_t bytes);
/// The same of an estimate, however large.
std::string readable_estimate(double bytes);

/// "12 s", "3.4 min", "5.6 h".
std::string readable_seconds(double seconds);

/// "1 score", "1,200 scores".
std::string plural(std::int64_t count, std::string const& noun);

}  // namespace maniple
