/// \file  Counts of people in JSON. Private to run.
#pragma once

#include <cstdint>
#include <optional>

#include <nlohmann/json.hpp>

#include "maniple/core/small_count.hpp"

namespace maniple {

/// Null where a count is not told.
inline nlohmann::ordered_json told_or_null(std::optional<std::int64_t> count) {
    if (count) return *count;
    return nullptr;
}

/// Null for 1 to 4 people.
inline nlohmann::ordered_json told_or_null(std::int64_t people) {
    if (is_small(people, fewest_told)) return nullptr;
    return people;
}

}  // namespace maniple
