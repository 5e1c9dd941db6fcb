#include "maniple/core/suggestion.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace maniple {

std::int64_t edit_distance(std::string_view from, std::string_view to) {
    auto const width = to.size() + 1;
    std::vector<std::int64_t> two_above(width);
    std::vector<std::int64_t> above(width);
    std::vector<std::int64_t> row(width);
    for (std::size_t j = 0; j < width; ++j) row[j] = static_cast<std::int64_t>(j);

    for (std::size_t i = 1; i <= from.size(); ++i) {
        std::swap(two_above, above);
        std::swap(above, row);
        row[0] = static_cast<std::int64_t>(i);
        for (std::size_t j = 1; j < width; ++j) {
            bool const same = from[i - 1] == to[j - 1];
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            bool const swapped =
                i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
        }
    }
    return row.back();
}

std::string suggest(std::string_view word, std::span<std::string const> names,
                    std::string_view prefix) {
    if (word.empty() || names.empty()) return {};
    auto const distance = [word](std::string const& name) {
        // A beginning is a likelier slip than another word of the same length.
        if (word.size() >= 3 && name.starts_with(word)) return std::int64_t{1};
        return edit_distance(word, name);
    };
    auto const nearest = std::min_element(
        names.begin(), names.end(),
        [&](std::string const& a, std::string const& b) { return distance(a) < distance(b); });
    auto const bearable = std::max<std::int64_t>(1, std::ssize(word) / 3);
    if (distance(*nearest) > bearable) return {};
    return fmt::format(" (did you mean '{}{}'?)", prefix, *nearest);
}

}  // namespace maniple
