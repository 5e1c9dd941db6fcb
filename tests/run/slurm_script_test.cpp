#include "maniple/run/slurm_script.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

using Catch::Contains;

SlurmRequest request() {
    return {.nodes = 2, .ranks_per_node = 4, .threads = 8, .time = "2:30:00", .job = "a.ini"};
}

TEST_CASE("slurm_script: asks for what was requested, and for nothing else", "[run]") {
    auto const script = slurm_script(request());
    CHECK_THAT(script, Catch::StartsWith("#!/usr/bin/env bash\n"));
    for (auto const* line :
         {"#SBATCH --nodes=2\n", "#SBATCH --ntasks-per-node=4\n", "#SBATCH --cpus-per-task=8\n",
          "#SBATCH --time=2:30:00\n", "#SBATCH --signal=USR1@120\n", "#SBATCH --requeue\n",
          "#SBATCH --open-mode=append\n", "job='a.ini'\n", "command='scan'\n"}) {
        CHECK_THAT(script, Contains(line));
    }
    CHECK_THAT(script, !Contains("--partition") && !Contains("--account") && !Contains("--mem"));
}

TEST_CASE("slurm_script: partition, account and memory stand where they are given", "[run]") {
    auto wanted = request();
    wanted.partition = "long";
    wanted.account = "lab-7";
    wanted.memory = "64G";
    auto const script = slurm_script(wanted);
    CHECK_THAT(script, Contains("#SBATCH --partition=long\n"));
    CHECK_THAT(script, Contains("#SBATCH --account=lab-7\n"));
    CHECK_THAT(script, Contains("#SBATCH --mem=64G\n"));
}

TEST_CASE("slurm_script: takes every form of time that sbatch takes", "[run]") {
    auto wanted = request();
    for (auto const* time : {"90", "90:30", "4:00:00", "1-12", "1-12:30", "1-12:30:15"}) {
        wanted.time = time;
        CHECK_NOTHROW(slurm_script(wanted));
    }
    for (auto const* time : {"", "4h", "1:2:3:4", "-5", "1-", "4:00:00\n#SBATCH --exclusive"}) {
        wanted.time = time;
        CHECK_THROWS_AS(slurm_script(wanted), UserError);
    }
}

TEST_CASE("slurm_script: refuses counts below one and names that would be options", "[run]") {
    auto const refuses = [](auto change) {
        auto wanted = request();
        change(wanted);
        CHECK_THROWS_AS(slurm_script(wanted), UserError);
    };
    refuses([](SlurmRequest& wanted) { wanted.nodes = 0; });
    refuses([](SlurmRequest& wanted) { wanted.ranks_per_node = -1; });
    refuses([](SlurmRequest& wanted) { wanted.threads = 0; });
    refuses([](SlurmRequest& wanted) { wanted.partition = "a b"; });
    refuses([](SlurmRequest& wanted) { wanted.account = "a\n#SBATCH --exclusive"; });
    refuses([](SlurmRequest& wanted) { wanted.memory = "16 GB"; });
    refuses([](SlurmRequest& wanted) { wanted.launcher = "pmix; date"; });
}

TEST_CASE("slurm_script: a job file's name cannot leave its quotes", "[run]") {
    auto wanted = request();
    wanted.job = "it's $HOME.ini";
    CHECK_THAT(slurm_script(wanted), Contains(R"(job='it'\''s $HOME.ini')"));
}

}  // namespace
}  // namespace maniple
