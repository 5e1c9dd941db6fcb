#include <cstdio>
#include <string>

#include "maniple/cli/command.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/info.hpp"
#include "maniple/run/run_files.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all{"Options"};
    auto add = all.add_options();
    add("store", po::value<std::string>()->value_name("DIR"),
        "cohort store to describe, a run's folder, or its results.h5 or predictors.h5");
    add("json", po::bool_switch(), "print JSON for programs");
    return all;
}

void execute(po::variables_map const& values, mpi::Communicator const&, Log&) {
    if (values.count("store") == 0) {
        throw UserError{"no store is given (info describes one); write `maniple info STORE`"};
    }
    auto const path = values["store"].as<std::string>();
    bool const as_json = values["json"].as<bool>();
    std::string text;
    if (auto const files = find_run_files(path); !files.is_empty()) {
        text = as_json ? describe_json(files) : describe_text(files);
    } else {
        Cohort const cohort{path};
        text = as_json ? describe_json(cohort) : describe_text(cohort);
    }
    std::fputs(text.c_str(), stdout);  // run_command_line sees whether it arrived
}

}  // namespace

Command const info_command{
    .name = "info",
    .summary = "tell what is in a store, or in the results and predictors of a run",
    .usage = "STORE|RUN|FILE [--json]",
    .examples =
        "maniple info cohort\n"
        "maniple info height/predictors.h5\n"
        "maniple info cohort --json",
    .ranks = Ranks::root_only,
    .positional = "store",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
