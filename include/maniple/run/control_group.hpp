/// \file  What a process's control groups allow it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace maniple {

/// The least memory that the groups of a process allow, from its own up to the root.
struct GroupMemory {
    std::optional<std::int64_t> limit;   ///< [bytes]; nothing where none is set.
    std::string source;                  ///< Which file says so, e.g. "/job_5/memory.max".
    std::optional<std::int64_t> in_use;  ///< By that group, less what it caches of files [bytes].
};

/// Limits of version 1 (memory.limit_in_bytes) and 2 (memory.max, and memory.high, above which
/// processes are slowed until they hardly move). Swap does not count.
/// \param membership  lines number:controllers:path, as in /proc/self/cgroup.
/// \param hierarchy   where groups are folders, as /sys/fs/cgroup.
GroupMemory read_group_memory(std::filesystem::path const& membership,
                              std::filesystem::path const& hierarchy);

/// Of this process.
GroupMemory own_group_memory();

}  // namespace maniple
