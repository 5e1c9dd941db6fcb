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

TEST_CASE("find_lost_ranks: several started, one known", "[mpi]") {
    auto const find = [](std::map<std::string, std::string> variables, int size) {
        return find_lost_ranks(environment(std::move(variables)), size, "Open MPI 4.1.4");
    };
    auto const slurm = find({{"SLURM_STEP_ID", "0"}, {"SLURM_NTASKS", "4"}}, 1);
    REQUIRE(slurm);
    CHECK_THAT(slurm->problem, Catch::Contains("Slurm started 4 tasks"));
    CHECK_THAT(slurm->advice, Catch::Contains("srun --mpi=pmix") && Catch::Contains("--mpi=list"));
    auto const other = find({{"PMI_SIZE", "3"}, {"PMI_RANK", "0"}}, 1);
    REQUIRE(other);
    CHECK_THAT(other->problem, Catch::Contains("3 ranks") && Catch::Contains("Open MPI 4.1.4"));
    CHECK_THAT(find({{"OMPI_COMM_WORLD_SIZE", "2"}}, 1).value().problem,
               Catch::Contains("Open MPI's mpirun started 2 ranks"));
    CHECK(find({{"MV2_COMM_WORLD_SIZE", "2"}}, 1).has_value());
}

TEST_CASE("find_lost_ranks: nobody is lost alone, in company, or as mpirun's single rank",
          "[mpi]") {
    auto const lost = [](std::map<std::string, std::string> variables, int size) {
        return find_lost_ranks(environment(std::move(variables)), size, "Open MPI").has_value();
    };
    CHECK_FALSE(lost({}, 1));
    CHECK_FALSE(lost({{"SLURM_NTASKS", "4"}}, 1));
    CHECK_FALSE(lost({{"PMI_SIZE", "3"}}, 3));
    CHECK_FALSE(lost({{"PMI_SIZE", "1"}}, 1));
    CHECK_FALSE(lost({{"OMPI_COMM_WORLD_SIZE", "1"}, {"PMI_SIZE", "4"}}, 1));
    CHECK_FALSE(lost({{"PMI_SIZE", "many"}}, 1));
}

TEST_CASE("is_first_task: by the rank that the launcher gave", "[mpi]") {
    CHECK(is_first_task(environment({})));
    CHECK(is_first_task(environment({{"SLURM_PROCID", "0"}})));
    CHECK_FALSE(is_first_task(environment({{"SLURM_PROCID", "2"}, {"PMIX_RANK", "0"}})));
    CHECK_FALSE(is_first_task(environment({{"PMI_RANK", "1"}, {"PMIX_RANK", "0"}})));
    CHECK_FALSE(is_first_task(environment({{"PMIX_RANK", "1"}})));
    CHECK(is_first_task(environment({{"OMPI_COMM_WORLD_RANK", "0"}, {"SLURM_PROCID", "1"}})));
}

}  // namespace
}  // namespace maniple::mpi
