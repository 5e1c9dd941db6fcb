#include "maniple/run/doctor_findings.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "doctor_hosts.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/readable.hpp"

namespace maniple {

Finding examine_mpi(std::string const& mpi, std::optional<mpi::LostRanks> const& lost,
                    AllRanks ranks) {
    expect(!ranks.empty(), "there is a rank");

    if (lost) return {Health::failure, "MPI", lost->problem, lost->advice};
    return {Health::ok, "MPI",
            fmt::format("{}; {} on {}", mpi, plural(std::ssize(ranks), "rank"),
                        plural(std::ssize(group_by_host(ranks)), "host")),
            ""};
}

Finding examine_program(AllRanks ranks) {
    expect(!ranks.empty(), "there is a rank");

    auto const identity = [](RankFacts const& rank) {
        return std::tuple{rank.version.text(), rank.mpi.text(), rank.program};
    };
    auto const& root = ranks.front();
    std::vector<std::string> others;
    RankFacts const* other = nullptr;
    for (auto const& host : group_by_host(ranks)) {
        auto const found = std::ranges::find_if(
            host.ranks, [&](std::size_t r) { return identity(ranks[r]) != identity(root); });
        if (found == host.ranks.end()) continue;
        others.push_back(host.name);
        if (other == nullptr) other = &ranks[*found];
    }
    if (other == nullptr) {
        return {Health::ok, "program",
                fmt::format("maniple {}, linked with {}", root.version.text(), root.mpi.text()),
                ""};
    }
    auto const describe = [](RankFacts const& rank) {
        return fmt::format("maniple {} (checksum {}, {})", rank.version.text(),
                           to_hex(rank.program), rank.mpi.text());
    };
    return {Health::failure, "program",
            fmt::format("{} runs {}, but {} {}", root.host.text(), describe(root),
                        list_names(others), describe(*other)),
            "start the same binary on every host, from a shared folder or by its full path, with "
            "the same modules loaded"};
}

Finding examine_processor(AllRanks ranks) {
    expect(!ranks.empty(), "there is a rank");

    std::map<std::string, std::vector<std::string>> kinds;
    for (auto const& host : group_by_host(ranks)) {
        kinds[ranks[host.ranks.front()].instructions.text()].push_back(host.name);
    }
    if (auto const slow = kinds.find(""); slow != kinds.end()) {
        return {Health::warning, "processor",
                fmt::format("no vector instructions that maniple knows{}",
                            kinds.size() == 1 ? "" : " on " + list_names(slow->second)),
                "results are the same but slow; use nodes with AVX2 or AVX-512"};
    }
    if (kinds.size() == 1) return {Health::ok, "processor", kinds.begin()->first, ""};
    std::string state;
    for (auto const& [instructions, hosts] : kinds) {
        state +=
            fmt::format("{}{} on {}", state.empty() ? "" : "; ", instructions, list_names(hosts));
    }
    return {Health::warning, "processor", state,
            "results are the same, but all wait for the slowest: use nodes of one kind "
            "('sbatch --constraint')"};
}

Finding examine_slurm(SlurmFacts const& slurm, AllRanks ranks) {
    expect(!ranks.empty(), "there is a rank");

    if (slurm.job.empty()) return {Health::ok, "Slurm", "not in a job", ""};
    auto const state = fmt::format("job {}: {} for {}", slurm.job, plural(slurm.tasks, "task"),
                                   plural(std::ssize(ranks), "rank"));
    if (slurm.tasks > std::ssize(ranks)) {
        return {Health::warning, "Slurm", state,
                "start maniple with 'srun --mpi=pmix' ('srun --mpi=list' shows what there is) or "
                "mpirun to use all tasks"};
    }
    auto const most = std::ranges::max_element(ranks, {}, &RankFacts::threads)->threads;
    if (slurm.cpus_per_task > 0 && most > slurm.cpus_per_task) {
        return {
            Health::warning, "Slurm",
            fmt::format("{}, {} CPUs per task but {} threads", state, slurm.cpus_per_task, most),
            "export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK"};
    }
    return {Health::ok, "Slurm", state, ""};
}

}  // namespace maniple
