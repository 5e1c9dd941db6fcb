/// \file  Counts of so few people that they tell of each of them.
#pragma once

#include <cstdint>
#include <string>

namespace maniple {

/// Counts of people below this are not told where nobody asks for another limit.
inline constexpr std::int64_t fewest_told = 5;

/// Whether a count of people tells too much of each: 1 to limit - 1. Nobody is no secret.
bool is_small(std::int64_t count, std::int64_t limit);

/// A number of people; "<5" from 1 to 4.
std::string describe_count(std::int64_t people);

}  // namespace maniple
