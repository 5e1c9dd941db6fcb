#include "maniple/run/memory_limit.hpp"

#include <unistd.h>

#include <algorithm>

#include "maniple/core/contract.hpp"
#include "maniple/run/control_group.hpp"

namespace maniple {
namespace {

// The rest is for what else runs there.
constexpr double default_share = 0.8;

}  // namespace

std::int64_t available_memory(int ranks) {
    expect(ranks > 0, "somebody uses it");

    auto bytes = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
    if (auto const limit = own_group_memory().limit) bytes = std::min(bytes, *limit);
    return bytes / ranks;
}

std::int64_t default_memory(int ranks) {
    expect(ranks > 0, "somebody uses it");

    return static_cast<std::int64_t>(default_share * static_cast<double>(available_memory(ranks)));
}

}  // namespace maniple
