#include "maniple/mpi/launcher.hpp"

#include <map>

#include <catch2/catch.hpp>

namespace maniple::mpi {
namespace {

Environment environment(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](char const* name) -> std::optional<std::string> {
        auto const found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
}

TEST_CASE("started_by_launcher: knows mpirun, srun with PMIx or PMI, and nothing else", "[mpi]") {
    CHECK(started_by_launcher(environment({{"OMPI_COMM_WORLD_SIZE", "2"}})));
    CHECK(started_by_launcher(environment({{"PMIX_RANK", "0"}})));
    CHECK(started_by_launcher(environment({{"PMI_RANK", "1"}})));
    CHECK_FALSE(started_by_launcher(environment({})));
    CHECK_FALSE(started_by_launcher(environment({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}})));
}

TEST_CASE("slurm_step_tasks: counts the tasks of a step", "[mpi]") {
    CHECK(slurm_step_tasks(environment({{"SLURM_STEP_ID", "0"}, {"SLURM_NTASKS", "4"}})) == 4);
    CHECK(slurm_step_tasks(environment(
              {{"SLURM_STEP_ID", "12"}, {"SLURM_NTASKS", "4"}, {"SLURM_STEP_NUM_TASKS", "1"}})) ==
          1);
}

TEST_CASE("slurm_step_tasks: one outside a step, in the batch script and under mpirun", "[mpi]") {
    CHECK(slurm_step_tasks(environment({})) == 1);
    CHECK(slurm_step_tasks(environment({{"SLURM_NTASKS", "4"}})) == 1);
    CHECK(slurm_step_tasks(environment({{"SLURM_STEP_ID", "4294967291"}, {"SLURM_NTASKS", "4"}})) ==
          1);
    CHECK(slurm_step_tasks(
              environment({{"SLURM_STEP_ID", "INTERACTIVE"}, {"SLURM_NTASKS", "4"}})) == 1);
    CHECK(slurm_step_tasks(environment(
              {{"SLURM_STEP_ID", "0"}, {"SLURM_NTASKS", "2"}, {"OMPI_COMM_WORLD_SIZE", "1"}})) ==
          1);
    CHECK(slurm_step_tasks(environment({{"SLURM_STEP_ID", "0"}, {"SLURM_NTASKS", "many"}})) == 1);
}

}  // namespace
}  // namespace maniple::mpi
