#include "maniple/core/small_count.hpp"

#include <fmt/format.h>

namespace maniple {

bool is_small(std::int64_t count, std::int64_t limit) { return count > 0 && count < limit; }

std::string describe_count(std::int64_t people) {
    return is_small(people, fewest_told) ? fmt::format("<{}", fewest_told) : std::to_string(people);
}

}  // namespace maniple
