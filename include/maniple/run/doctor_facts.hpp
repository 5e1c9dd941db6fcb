/// \file  What doctor knows of each rank and its machine: plain facts, sent to the root as they
/// are.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "maniple/mpi/communicator.hpp"
#include "maniple/mpi/launcher.hpp"

namespace maniple {

inline constexpr std::size_t most_cpus = 4096;
using CpuSet = std::bitset<most_cpus>;

/// Text of at most `size` bytes, the rest cut off, that can be sent as it is.
template <std::size_t size>
class ShortText {
public:
    ShortText() = default;
    explicit ShortText(std::string_view text) {
        std::copy_n(text.begin(), std::min(size, text.size()), letters_.begin());
    }
    std::string text() const {
        return {letters_.begin(), std::find(letters_.begin(), letters_.end(), '\0')};
    }
    bool empty() const { return letters_[0] == '\0'; }

private:
    std::array<char, size> letters_{};
};

/// Memory of a host, and what a process there may use [bytes].
struct MemoryFacts {
    std::int64_t physical = 0;
    std::int64_t available = 0;          ///< To new processes, by the kernel's estimate.
    std::optional<std::int64_t> limit;   ///< Of the tightest control group.
    ShortText<160> limit_source;         ///< E.g. "/job_5/memory.max".
    std::optional<std::int64_t> in_use;  ///< By that group already.
    std::optional<std::int64_t> slurm;   ///< What Slurm gave the job on this host.
    std::int64_t scan = 0;  ///< What a scan takes at most, as one of this host's ranks.
};

/// What became of a second lock on a file that the root has locked.
enum class LockTrial {
    untried,
    refused,  ///< As it must be.
    given,    ///< Locks hold nobody back.
    unseen,   ///< The file is not there: another folder has the same name on this host.
};

/// What happened when a small file was written, read back and locked in a folder.
struct FolderFacts {
    ShortText<160> failure;       ///< Of writing or reading; empty when both worked.
    ShortText<160> lock_failure;  ///< Of locking as HDF5 does; empty when it worked.
    LockTrial lock = LockTrial::untried;
    std::int64_t free_bytes = 0;
    std::optional<std::int64_t> free_files;  ///< Nothing where the file system has no such limit.
    std::int64_t clock_lead = 0;  ///< Time of change of a file just written less the host's [ns].
};

/// Which CPUs share cores and memory. Where the system does not say, each CPU is a core, and all
/// memory is one domain.
struct Topology {
    CpuSet cores;              ///< The first CPU of each core that has one of the CPUs asked for.
    std::int64_t domains = 1;  ///< NUMA domains that these CPUs lie in.
    std::int64_t machine_domains = 1;  ///< NUMA domains with CPUs.
};

/// What one rank knows of itself.
struct RankFacts {
    ShortText<256> host;
    CpuSet cpus;                    ///< It may run on.
    Topology topology;              ///< Of these.
    std::int64_t machine_cpus = 0;  ///< Online on its host.
    std::int64_t threads = 0;       ///< OpenMP would start.
    ShortText<64> instructions;     ///< Of our kernels, e.g. "AVX2"; empty: none.
    ShortText<64> version;
    ShortText<96> mpi;          ///< That it was linked with.
    std::uint64_t program = 0;  ///< Checksum of the binary.
    std::int64_t clock = 0;     ///< At one moment for all ranks [ns since 1970].
    MemoryFacts memory;
    FolderFacts folder;
};

/// What Slurm says of the job. Of the process on the root.
struct SlurmFacts {
    std::string job;  ///< Empty: none.
    std::int64_t tasks = 0;
    std::int64_t cpus_per_task = 0;  ///< 0: not said.
};

/// Ask this rank's machine. Leaves nothing behind in the folder. Collective over comm.
RankFacts probe_rank(std::filesystem::path const& folder, mpi::Communicator const& comm);

SlurmFacts slurm_facts(mpi::Environment const& environment);

/// Bytes that Slurm gave the job on this host, by SLURM_MEM_PER_NODE, or SLURM_MEM_PER_CPU and
/// SLURM_CPUS_ON_NODE (MiB).
std::optional<std::int64_t> slurm_memory(mpi::Environment const& environment);

/// \param system  as /sys/devices/system.
Topology probe_topology(std::filesystem::path const& system, CpuSet const& cpus);

/// Numbers of a list as the kernel writes it, "0-3,8"; those beyond `most_cpus` are left out.
CpuSet parse_cpu_list(std::string_view text);

/// Lock a file in the folder on the root, as writers of stores and runs do, and try it again there
/// and then from one rank after another. \return how this rank fared. Collective over comm.
LockTrial try_locks(std::filesystem::path const& folder, mpi::Communicator const& comm);

}  // namespace maniple
