#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/cli/parse_options.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/suggestion.hpp"
#include "maniple/run/slurm_script.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all;
    po::options_description work{"What to run"};
    auto const text = [](char const* name) { return po::value<std::string>()->value_name(name); };
    work.add_options()("job", text("FILE")->required(), "job file: the science of the analysis")(
        "command", text("NAME")->default_value("scan"), "subcommand that the job file is for");
    work.add_options()("shards", po::value<std::int64_t>()->value_name("N"),
                       "scan in N shards, each a task of a job array; wants --out, and often "
                       "--ranks-per-node 1 --mpi none")("out", text("RUN"),
                                                        "with --shards: folder for the shards");
    po::options_description machine{"What to ask for"};
    auto const count = [](std::int64_t value) {
        return po::value<std::int64_t>()->value_name("N")->default_value(value);
    };
    machine.add_options()("nodes", count(1), "nodes")(
        "ranks-per-node", count(2), "MPI ranks on each node; best one per NUMA domain")(
        "threads", count(4), "CPUs of each rank")(
        "time", text("TIME")->default_value("4:00:00"),
        "time limit: minutes, hours:minutes:seconds or days-hours")(
        "memory", text("SIZE"), "memory per node, e.g. 16G")("partition", text("NAME"),
                                                             "partition (queue)")(
        "account", text("NAME"), "account to charge")("mpi", text("NAME")->default_value("pmix"),
                                                      "what srun speaks ('srun --mpi=list')");
    return all.add(work).add(machine);
}

// So that a mistake in the job shows now and not when the job starts.
void check_job(std::string const& name, std::string const& job) {
    std::vector<std::string> names;
    for (auto const* command : commands()) {
        names.emplace_back(command->name);
        if (command->name != name) continue;
        std::array<std::string, 2> const words{"--job", job};
        parse_options(*command, words);
        return;
    }
    throw UserError{fmt::format("option --command = '{}'{}; 'maniple --help' lists all commands",
                                name, suggest(name, names, ""))};
}

// The nodes of a cluster see the same paths as the machine that one submits from.
std::string this_program() {
    std::error_code failure;
    auto const path = std::filesystem::read_symlink("/proc/self/exe", failure);
    return failure ? std::string{"maniple"} : path.string();
}

void execute(po::variables_map const& values, mpi::Communicator const&, Log&) {
    auto const text = [&](char const* name) {
        return values.count(name) == 0 ? std::string{} : values[name].as<std::string>();
    };
    auto const count = [&](char const* name) { return values[name].as<std::int64_t>(); };
    check_job(text("command"), text("job"));
    auto const script = slurm_script({
        .nodes = count("nodes"),
        .ranks_per_node = count("ranks-per-node"),
        .threads = count("threads"),
        .time = text("time"),
        .partition = text("partition"),
        .account = text("account"),
        .memory = text("memory"),
        .launcher = text("mpi"),
        .command = text("command"),
        .program = this_program(),
        .job = text("job"),
        .shards = values.count("shards") == 0 ? 0 : count("shards"),
        .run = text("out"),
    });
    std::fputs(script.c_str(), stdout);
}

}  // namespace

Command const slurm_script_command{
    .name = "slurm-script",
    .summary = "print a job script for Slurm; never submits it",
    .usage = "--job FILE [options]",
    .examples =
        "maniple slurm-script --job jobs/height.ini --nodes 2 --time 8:00:00 > height.sbatch\n"
        "sbatch height.sbatch\n"
        "maniple slurm-script --job jobs/height.ini --shards 22 --out height --ranks-per-node 1 "
        "--mpi none > array.sbatch",
    .ranks = Ranks::root_only,
    .positional = "",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
