#include <algorithm>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/core/error.hpp"
#include "maniple/mpi/session.hpp"
#include "maniple/run/doctor.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all{"Options"};
    all.add_options()("path", po::value<std::string>()->value_name("DIR")->default_value("."),
                      "folder in which to write, read and lock a small file");
    return all;
}

char const* label(Health health) {
    switch (health) {
        case Health::ok:
            return "ok";
        case Health::warning:
            return "warn";
        default:
            return "fail";
    }
}

void print(Finding const& finding) {
    auto line =
        fmt::format("{:<4}  {:<9}  {}\n", label(finding.health), finding.subject, finding.state);
    if (!finding.advice.empty()) line += fmt::format("{:17}-> {}\n", "", finding.advice);
    std::fputs(line.c_str(), stdout);
}

void execute(po::variables_map const& values, mpi::Communicator const& comm, Log&) {
    auto const findings = examine(
        {.folder = values["path"].as<std::string>(), .mpi = mpi::Session::implementation()}, comm);
    for (auto const& finding : findings) print(finding);

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
        "check MPI, threads, processor, libraries, files, memory and Slurm; say what to change",
    .usage = "[--path DIR]",
    .examples =
        "maniple doctor\n"
        "mpirun -n 4 maniple doctor --path /scratch/cohort",
    .ranks = Ranks::all,
    .positional = "",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
