#include <omp.h>
#include <sched.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <type_traits>
#include <vector>

#include "doctor_folder.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/instruction_set.hpp"
#include "maniple/core/version.hpp"
#include "maniple/mpi/session.hpp"
#include "maniple/run/control_group.hpp"
#include "maniple/run/doctor_facts.hpp"
#include "maniple/run/memory_limit.hpp"

namespace maniple {
namespace {

static_assert(std::is_trivially_copyable_v<RankFacts>);

namespace fs = std::filesystem;

std::string host_name() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

CpuSet probe_cpus() {
    constexpr auto size = CPU_ALLOC_SIZE(most_cpus);
    std::array<cpu_set_t, size / sizeof(cpu_set_t) + 1> mask{};
    CpuSet cpus;
    if (sched_getaffinity(0, size, mask.data()) != 0) return cpus;
    for (std::size_t cpu = 0; cpu < most_cpus; ++cpu) {
        cpus[cpu] = CPU_ISSET_S(cpu, size, mask.data()) != 0;
    }
    return cpus;
}

std::string_view probe_instructions() {
    switch (runnable_instruction_sets().back()) {
        case InstructionSet::scalar:
            return {};
        case InstructionSet::avx2:
            return "AVX2";
        case InstructionSet::avx512:
            return "AVX-512 VNNI";
        case InstructionSet::amx:
            return "AMX and AVX-512 VNNI";
    }
    return {};
}

std::uint64_t checksum_of_program() {
    try {
        return checksum_of_file("/proc/self/exe");
    } catch (Error const&) {
        return 0;
    }
}

std::int64_t available_to_new_processes() {
    std::ifstream meminfo{"/proc/meminfo"};
    for (std::string line; std::getline(meminfo, line);) {
        constexpr std::string_view key = "MemAvailable:";
        if (line.starts_with(key)) return std::stoll(line.substr(key.size())) * 1024;
    }
    return 0;
}

MemoryFacts probe_memory(int ranks_here) {
    auto const group = own_group_memory();
    return {.physical = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE),
            .available = available_to_new_processes(),
            .limit = group.limit,
            .limit_source = ShortText<160>{group.source},
            .in_use = group.in_use,
            .slurm = slurm_memory(mpi::process_environment),
            .scan = default_memory(ranks_here)};
}

std::int64_t to_count(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::int64_t count_of(mpi::Environment const& environment, char const* name) {
    return to_count(environment(name).value_or(""));
}

std::string read_line(fs::path const& file) {
    std::ifstream in{file};
    std::string line;
    std::getline(in, line);
    return line;
}

std::int64_t now() {
    return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count();
}

}  // namespace

CpuSet parse_cpu_list(std::string_view text) {
    CpuSet cpus;
    while (!text.empty()) {
        auto const part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        std::size_t first = 0;
        auto const* const end = part.data() + part.size();
        auto const [rest, error] = std::from_chars(part.data(), end, first);
        if (error != std::errc{}) continue;
        auto last = first;
        if (rest != end && *rest == '-') std::from_chars(rest + 1, end, last);
        for (auto cpu = first; cpu <= std::min(last, most_cpus - 1); ++cpu) cpus.set(cpu);
    }
    return cpus;
}

Topology probe_topology(fs::path const& system, CpuSet const& cpus) {
    Topology found;
    for (std::size_t cpu = 0; cpu < most_cpus; ++cpu) {
        if (!cpus[cpu]) continue;
        auto const folder = system / "cpu" / ("cpu" + std::to_string(cpu)) / "topology";
        auto const siblings = parse_cpu_list(read_line(folder / "thread_siblings_list"));
        found.cores.set(siblings.any() ? siblings._Find_first() : cpu);
    }
    std::int64_t own = 0;
    std::int64_t all = 0;
    std::error_code ignored;
    for (auto const& entry : fs::directory_iterator{system / "node", ignored}) {
        auto const domain = parse_cpu_list(read_line(entry.path() / "cpulist"));
        if (domain.any()) ++all;  // Memory without CPUs is nobody's own.
        if ((domain & cpus).any()) ++own;
    }
    found.domains = std::max<std::int64_t>(1, own);
    found.machine_domains = std::max<std::int64_t>(1, all);
    return found;
}

std::optional<std::int64_t> slurm_memory(mpi::Environment const& environment) {
    constexpr std::int64_t unit = 1 << 20;
    if (auto const node = count_of(environment, "SLURM_MEM_PER_NODE"); node > 0) return node * unit;
    auto const bytes = count_of(environment, "SLURM_MEM_PER_CPU") *
                       count_of(environment, "SLURM_CPUS_ON_NODE") * unit;
    if (bytes > 0) return bytes;
    return std::nullopt;
}

SlurmFacts slurm_facts(mpi::Environment const& environment) {
    return {.job = environment("SLURM_JOB_ID").value_or(""),
            .tasks = count_of(environment, "SLURM_NTASKS"),
            .cpus_per_task = count_of(environment, "SLURM_CPUS_PER_TASK")};
}

RankFacts probe_rank(fs::path const& folder, mpi::Communicator const& comm) {
    RankFacts facts;
    facts.host = ShortText<256>{host_name()};
    facts.cpus = probe_cpus();
    facts.topology = probe_topology("/sys/devices/system", facts.cpus);
    facts.machine_cpus = sysconf(_SC_NPROCESSORS_ONLN);
    facts.threads = omp_get_max_threads();
    facts.instructions = ShortText<64>{probe_instructions()};
    facts.version = ShortText<64>{program_version};
    facts.mpi = ShortText<96>{mpi::Session::linked_implementation()};
    facts.program = checksum_of_program();
    facts.memory = probe_memory(comm.ranks_on_this_host());
    facts.folder = probe_folder(folder);
    facts.folder.lock = try_locks(folder, comm);
    comm.barrier();
    facts.clock = now();
    return facts;
}

}  // namespace maniple
