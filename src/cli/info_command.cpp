#include <cstdio>
#include <string>

#include "maniple/cli/command.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/info.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all{"Options"};
    auto add = all.add_options();
    add("store", po::value<std::string>()->value_name("DIR"), "cohort store to describe");
    add("json", po::bool_switch(), "print JSON for programs");
    return all;
}

void execute(po::variables_map const& values, mpi::Communicator const&, Log&) {
    if (values.count("store") == 0) {
        throw UserError{"no store is given (info describes one); write `maniple info STORE`"};
    }
    Cohort const cohort{values["store"].as<std::string>()};
    auto const text = values["json"].as<bool>() ? describe_json(cohort) : describe_text(cohort);
    std::fputs(text.c_str(), stdout);  // run_command_line sees whether it arrived
}

}  // namespace

Command const info_command{
    .name = "info",
    .summary = "tell what is in a store: samples, contigs, variants, tables, models",
    .usage = "STORE [--json]",
    .examples =
        "maniple info cohort\n"
        "maniple info cohort --json",
    .ranks = Ranks::root_only,
    .positional = "store",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
