/// \file  What doctor asks the machine. Each probe answers for this process alone.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace maniple {

inline constexpr std::size_t most_cpus = 4096;
using CpuSet = std::bitset<most_cpus>;

/// What one rank knows of itself; sent to the root as it is.
struct RankFacts {
    std::array<char, 256> host{};
    CpuSet cpus;                    ///< It may run on.
    std::int64_t machine_cpus = 0;  ///< Online on its host.
    std::int64_t threads = 0;       ///< OpenMP would start.
};

RankFacts probe_rank();

/// Value of an environment variable; empty where unset.
std::string environment_value(char const* name);

/// Bytes a process may use: available memory, and the tightest cgroup limit above this process.
struct MemoryFacts {
    std::int64_t available = 0;
    std::optional<std::int64_t> limit;
};

MemoryFacts probe_memory();

/// Instruction sets that our kernels use on this processor, e.g. "AVX-512 VNNI"; empty: none.
std::string probe_instructions();

/// What happened when a small file was written, read back and locked in a folder.
struct FolderFacts {
    std::string failure;       ///< Of writing or reading; empty when both worked.
    std::string lock_failure;  ///< Of locking; empty when it worked.
    std::int64_t free_bytes = 0;
};

FolderFacts probe_folder(std::filesystem::path const& folder);

}  // namespace maniple
