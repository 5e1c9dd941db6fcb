#include "maniple/mpi/launcher.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

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

}  // namespace maniple::mpi
