/// \file  How much memory this process may use.
#pragma once

#include <cstdint>

namespace maniple {

/// Bytes that this process may use as one of `ranks` like it on this host: physical memory or,
/// where it is less, what a control group allows, divided among them. \pre ranks > 0
std::int64_t available_memory(int ranks);

/// Of these, what a scan takes at most where nobody says how much. \pre ranks > 0
std::int64_t default_memory(int ranks);

}  // namespace maniple
