/// \file  How much memory this process may use.
#pragma once

#include <cstdint>
#include <optional>

namespace maniple {

/// The least that this process's control groups allow, of version 1 or 2, up to the root of their
/// hierarchy [bytes]; nothing where they set no limit.
std::optional<std::int64_t> control_group_limit();

/// Bytes that this process may use as one of `ranks` like it on this host: physical memory or,
/// where it is less, what a control group allows, divided among them.
std::int64_t available_memory(int ranks);

}  // namespace maniple
