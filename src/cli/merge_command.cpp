#include <string>

#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/cli/report_options.hpp"
#include "maniple/run/merge.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all{"What to merge"};
    all.add_options()  //
        ("shard", po::value<Words>()->required()->multitoken()->value_name("SHARD..."),
         "folders of `maniple scan --shard K/N`, all N of them; the word --shard may be left "
         "out")  //
        ("out", po::value<std::string>()->required()->value_name("RUN"),
         "folder for results.h5, summary.tsv, run.json, log.txt and report.html; may hold the "
         "shards")  //
        ("memory", po::value<std::string>()->value_name("SIZE"),
         "memory to take: 4G is 4,000 MB, 4Gi is 4,096 MiB (default: 80% of what there is)");
    add_report_option(all);
    return all;
}

void execute(po::variables_map const& values, mpi::Communicator const& comm, Log& log) {
    auto const folders = values["shard"].as<Words>();  // A comma may stand in a name.
    merge_shards({.shards = {folders.begin(), folders.end()},
                  .run = values["out"].as<std::string>(),
                  .memory = size_of(values, "memory")},
                 log);
    write_last_report_of(values, comm, log);
}

}  // namespace

Command const merge_command{
    .name = "merge",
    .summary = "make the results of a scan from its shards",
    .usage = "--out RUN SHARD...",
    .examples =
        "maniple scan --job jobs/first-scan.ini --shard 1/2 --out run/1\n"
        "maniple scan --job jobs/first-scan.ini --shard 2/2 --out run/2\n"
        "maniple merge --out run run/1 run/2",
    .ranks = Ranks::root_only,
    .positional = "shard",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
