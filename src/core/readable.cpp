#include "maniple/core/readable.hpp"

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
    return readable_estimate(static_cast<double>(bytes));
}

std::string readable_estimate(double bytes) {
    constexpr char const* units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < std::size(units)) {
        bytes /= 1000;
        ++unit;
    }
    return unit == 0 ? fmt::format("{:.0f} bytes", bytes)
                     : fmt::format("{:.1f} {}", bytes, units[unit]);
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
