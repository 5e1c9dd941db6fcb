#include "readable.hpp"

#include <cstddef>
#include <iterator>

#include <fmt/format.h>

namespace maniple {

std::string grouped(std::int64_t value) {
    auto digits = std::to_string(value);
    for (auto at = std::ssize(digits) - 3; at > 0; at -= 3) {
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    }
    return digits;
}

std::string readable_bytes(std::int64_t bytes) {
    constexpr char const* units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1000 && unit + 1 < std::size(units)) {
        value /= 1000;
        ++unit;
    }
    return unit == 0 ? fmt::format("{} bytes", bytes)
                     : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string readable_seconds(double seconds) {
    constexpr double minute = 60;
    constexpr double hour = 60 * minute;
    if (seconds < 2 * minute) return fmt::format("{:.3g} s", seconds);
    if (seconds < 2 * hour) return fmt::format("{:.1f} min", seconds / minute);
    return fmt::format("{:.1f} h", seconds / hour);
}

std::string plural(std::int64_t count, std::string const& noun) {
    return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

}  // namespace maniple
