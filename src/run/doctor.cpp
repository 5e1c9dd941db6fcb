#include "maniple/run/doctor.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "doctor_probe.hpp"
#include "maniple/run/library_versions.hpp"
#include "readable.hpp"

namespace maniple {
namespace {

static_assert(std::is_trivially_copyable_v<RankFacts>);

/// Ranks that share one machine.
struct Host {
    std::int64_t ranks = 0;
    std::int64_t threads = 0;
    CpuSet cpus;
};

double gigabytes(std::int64_t bytes) { return static_cast<double>(bytes) / 1e9; }

std::int64_t count_cpus(RankFacts const& rank) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(rank.cpus.count()));
}

std::map<std::string, Host> group_by_host(std::vector<RankFacts> const& ranks) {
    std::map<std::string, Host> hosts;
    for (auto const& rank : ranks) {
        auto& host = hosts[rank.host.data()];
        ++host.ranks;
        host.threads += rank.threads;
        host.cpus |= rank.cpus;
    }
    return hosts;
}

std::vector<RankFacts> gather_facts(mpi::Communicator const& comm) {
    auto const own = probe_rank();
    std::vector<RankFacts> all;
    for (auto const& bytes : comm.gather(std::as_bytes(std::span{&own, 1}))) {
        RankFacts facts;
        std::memcpy(static_cast<void*>(&facts), bytes.data(), sizeof facts);
        all.push_back(facts);
    }
    return all;
}

Finding examine_mpi(std::string const& mpi, std::vector<RankFacts> const& ranks) {
    auto const hosts = std::ssize(group_by_host(ranks));
    return {
        Health::ok, "MPI",
        fmt::format("{}; {} on {}", mpi, plural(std::ssize(ranks), "rank"), plural(hosts, "host")),
        ""};
}

Finding examine_threads(std::vector<RankFacts> const& ranks) {
    auto const tightest =
        std::max_element(ranks.begin(), ranks.end(), [](RankFacts const& a, RankFacts const& b) {
            return a.threads * count_cpus(b) < b.threads * count_cpus(a);
        });
    auto const cpus = count_cpus(*tightest);
    auto const state = fmt::format("{} per rank, which may use {} of {} CPUs", tightest->threads,
                                   cpus, tightest->machine_cpus);
    if (tightest->threads > cpus) {
        return {
            Health::warning, "threads", state,
            fmt::format("set OMP_NUM_THREADS={}, or give each rank more CPUs: 'mpirun --bind-to "
                        "none' or 'srun --cpus-per-task={}'",
                        cpus, tightest->threads)};
    }
    for (auto const& [name, host] : group_by_host(ranks)) {
        auto const available = static_cast<std::int64_t>(host.cpus.count());
        if (host.threads <= available) continue;
        return {Health::warning, "threads",
                fmt::format("{} ranks on {} start {} threads on {} CPUs", host.ranks, name,
                            host.threads, available),
                fmt::format("set OMP_NUM_THREADS={} or start fewer ranks",
                            std::max<std::int64_t>(1, available / host.ranks))};
    }
    if (cpus == 1 && tightest->machine_cpus > std::ssize(ranks)) {
        return {Health::warning, "threads", state,
                "each rank is bound to one CPU while others are idle: 'mpirun --bind-to none' or "
                "'srun --cpus-per-task'"};
    }
    return {Health::ok, "threads", state, ""};
}

Finding examine_processor() {
    auto const instructions = probe_instructions();
    if (instructions.empty()) {
        return {Health::warning, "processor", "no vector instructions that maniple knows",
                "results are the same but slow; use nodes with AVX2 or AVX-512"};
    }
    return {Health::ok, "processor", instructions, ""};
}

Finding examine_libraries() {
    std::string state;
    for (auto const& library : library_versions()) {
        state += fmt::format("{}{} {}", state.empty() ? "" : ", ", library.name, library.version);
    }
    return {Health::ok, "libraries", state, ""};
}

Finding examine_folder(std::filesystem::path const& folder) {
    auto const facts = probe_folder(folder);
    auto const name = fmt::format("'{}'", folder.string());
    if (!facts.failure.empty()) {
        return {Health::failure, "folder", fmt::format("{} {}", name, facts.failure),
                "choose another folder with --path, or ask for permission or quota"};
    }
    auto const state = fmt::format("{} can be written and read, {:.1f} GB free", name,
                                   gigabytes(facts.free_bytes));
    if (!facts.lock_failure.empty() && environment_value("HDF5_USE_FILE_LOCKING") != "FALSE") {
        return {Health::failure, "folder",
                fmt::format("{}, but files cannot be locked ({})", state, facts.lock_failure),
                "export HDF5_USE_FILE_LOCKING=FALSE, or use a file system with locks"};
    }
    if (facts.free_bytes < 1'000'000'000) {
        return {Health::warning, "folder", state, "free some space, or choose another folder"};
    }
    return {Health::ok, "folder", state, ""};
}

Finding examine_memory() {
    auto const facts = probe_memory();
    auto state = fmt::format("{:.1f} GB available", gigabytes(facts.available));
    auto usable = facts.available;
    if (facts.limit) {
        state += fmt::format(", limited to {:.1f} GB", gigabytes(*facts.limit));
        usable = std::min(usable, *facts.limit);
    }
    if (usable < 1'000'000'000) {
        return {Health::warning, "memory", state, "ask for more: 'sbatch --mem', or another node"};
    }
    return {Health::ok, "memory", state, ""};
}

std::int64_t to_count(std::string const& text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Finding examine_slurm(std::vector<RankFacts> const& ranks) {
    auto const job = environment_value("SLURM_JOB_ID");
    if (job.empty()) return {Health::ok, "Slurm", "not in a job", ""};

    auto const tasks = to_count(environment_value("SLURM_NTASKS"));
    auto const cpus = to_count(environment_value("SLURM_CPUS_PER_TASK"));
    auto const state = fmt::format("job {}: {} for {}", job, plural(tasks, "task"),
                                   plural(std::ssize(ranks), "rank"));
    if (tasks > std::ssize(ranks)) {
        return {Health::warning, "Slurm", state,
                "start maniple with srun or mpirun to use all tasks"};
    }
    if (cpus > 0 && ranks.front().threads > cpus) {
        return {
            Health::warning, "Slurm",
            fmt::format("{}, {} CPUs per task but {} threads", state, cpus, ranks.front().threads),
            "export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK"};
    }
    return {Health::ok, "Slurm", state, ""};
}

}  // namespace

std::vector<Finding> examine(DoctorPlan const& plan, mpi::Communicator const& comm) {
    auto const ranks = gather_facts(comm);
    if (!comm.is_root()) return {};
    return {
        examine_mpi(plan.mpi, ranks), examine_threads(ranks),      examine_processor(),

        examine_libraries(),          examine_folder(plan.folder), examine_memory(),
        examine_slurm(ranks),
    };
}

}  // namespace maniple
