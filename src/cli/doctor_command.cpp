#include <algorithm>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/core/error.hpp"
#include "maniple/mpi/launcher.hpp"
#include "maniple/mpi/session.hpp"
#include "maniple/run/doctor.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all{"Options"};
    auto add = all.add_options();
    add("path", po::value<std::string>()->value_name("DIR")->default_value("."),
        "folder in which to write, read and lock a small file, on every host");
    add("json", po::bool_switch(), "print JSON for programs");
    return all;
}

void print(Finding const& finding) {
    auto line = fmt::format("{:<4}  {:<9}  {}\n", to_string(finding.health), finding.subject,
                            finding.state);
    if (!finding.advice.empty()) line += fmt::format("{:17}-> {}\n", "", finding.advice);
    std::fputs(line.c_str(), stdout);
}

void execute(po::variables_map const& values, mpi::Communicator const& comm, Log&) {
    // Tasks that know nothing of each other: the first explains it.
    if (comm.size() == 1 && !mpi::is_first_task(mpi::process_environment)) return;
    auto const findings = examine(
        {.folder = values["path"].as<std::string>(), .mpi = mpi::Session::implementation()}, comm);
    if (!comm.is_root()) return;
    if (values["json"].as<bool>()) {
        std::fputs(describe_json(findings).c_str(), stdout);
    } else {
        for (auto const& finding : findings) print(finding);
    }

    auto const failures = std::count_if(findings.begin(), findings.end(), [](Finding const& f) {
        return f.health == Health::failure;
    });
    if (failures == 0) return;
    throw EnvironmentError{fmt::format(
        "this machine is not fit yet ({} of {} checks failed); see the lines marked 'fail'",
        failures, findings.size())};
}

}  // namespace

Command const doctor_command{
    .name = "doctor",
    .summary =
        "check MPI, threads, binding, processor, files, locks, memory, clocks, Slurm; say what to "
        "change",
    .usage = "[--path DIR] [--json]",
    .examples =
        "maniple doctor\n"
        "mpirun -n 4 maniple doctor --path /scratch/cohort",
    .ranks = Ranks::all,
    .positional = "",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
