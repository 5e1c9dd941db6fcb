#include <array>

#include "maniple/cli/command.hpp"

namespace maniple::cli {

std::span<Command const* const> commands() {
    static constexpr std::array all{
        &import_command,   &simulate_command,     &info_command,        &verify_command,
        &scan_command,     &merge_command,        &fit_command,         &score_command,
        &evaluate_command, &explain_command,      &export_command,      &report_command,
        &doctor_command,   &slurm_script_command, &plan_genome_command,
    };
    return all;
}

}  // namespace maniple::cli
