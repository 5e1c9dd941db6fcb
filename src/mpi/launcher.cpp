#include "maniple/mpi/launcher.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace maniple::mpi {
namespace {

std::int64_t parse_count(std::string_view text) {
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

// Slurm numbers its own steps (batch script, interactive shell, extern) from the top of 32 bits.
bool is_step_of_tasks(std::string_view step) {
    constexpr std::int64_t first_reserved = 0xffff'fff0;
    bool const number = !step.empty() && step.find_first_not_of("0123456789") == step.npos;
    return number && parse_count(step) < first_reserved;
}

/// Who counts ranks, and in which variable.
struct Launcher {
    char const* name;
    char const* size;
};

// Open MPI's own mpirun, which may run inside of another's job, is asked first.
constexpr std::array<Launcher, 3> launchers{{{"Open MPI's mpirun", "OMPI_COMM_WORLD_SIZE"},
                                             {"MVAPICH's launcher", "MV2_COMM_WORLD_SIZE"},
                                             {"a launcher of MPICH's kind", "PMI_SIZE"}}};

}  // namespace

std::optional<std::string> process_environment(char const* name) {
    char const* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
}

bool started_by_launcher(Environment const& environment) {
    constexpr std::array names{"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_ID",
                               "MV2_COMM_WORLD_SIZE"};
    return std::any_of(names.begin(), names.end(),
                       [&](char const* name) { return environment(name).has_value(); });
}

std::int64_t slurm_step_tasks(Environment const& environment) {
    if (environment("OMPI_COMM_WORLD_SIZE")) return 1;
    if (!is_step_of_tasks(environment("SLURM_STEP_ID").value_or(""))) return 1;
    auto const in_step = environment("SLURM_STEP_NUM_TASKS");
    auto const tasks = in_step ? in_step : environment("SLURM_NTASKS");
    return std::max<std::int64_t>(1, parse_count(tasks.value_or("1")));
}

std::optional<LostRanks> find_lost_ranks(Environment const& environment, int size,
                                         std::string const& linked) {
    if (size > 1) return std::nullopt;
    if (auto const tasks = slurm_step_tasks(environment); tasks > 1) {
        return LostRanks{
            fmt::format("Slurm started {} tasks but MPI reports one rank, so that each would do "
                        "all the work (this MPI and this srun do not speak the same protocol)",
                        tasks),
            "use 'srun --mpi=pmix' ('srun --mpi=list' shows what there is), or mpirun inside the "
            "sbatch script"};
    }
    for (auto const& launcher : launchers) {
        auto const given = environment(launcher.size);
        if (!given) continue;
        auto const ranks = parse_count(*given);
        if (ranks <= 1) return std::nullopt;
        return LostRanks{
            fmt::format("{} started {} ranks but MPI reports one, so that each would do all the "
                        "work (the launcher belongs to another MPI than {}, which maniple is "
                        "linked with)",
                        launcher.name, ranks, linked),
            "use the mpirun of that MPI ('which mpirun'), or load the MPI that maniple was built "
            "with"};
    }
    return std::nullopt;
}

bool is_first_task(Environment const& environment) {
    // PMIX_RANK is last: an MPI that believes to be alone sets it itself.
    constexpr std::array names{"OMPI_COMM_WORLD_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK",
                               "SLURM_PROCID", "PMIX_RANK"};
    for (char const* name : names) {
        if (auto const rank = environment(name)) return *rank == "0";
    }
    return true;
}

}  // namespace maniple::mpi
