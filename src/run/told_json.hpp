/// \file  Counts of people in JSON. Private to run.
#pragma once

#include <cstdint>
#include <optional>

#include <nlohmann/json.hpp>

namespace maniple {

/// Null where a count is not told.
inline nlohmann::ordered_json told_or_null(std::optional<std::int64_t> count) {
    if (count) return *count;
    return nullptr;
}

}  // namespace maniple
