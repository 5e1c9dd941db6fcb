#include <string>

#include "maniple/cli/choice_options.hpp"
#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/cli/score_options.hpp"
#include "maniple/run/import_table.hpp"
#include "maniple/run/score.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all;
    auto scores = score_options();
    scores.add_options()("unit", po::value<std::string>()->default_value("sum")->value_name("U"),
                         "sum over effect alleles, or average: the sum over twice the variants "
                         "used");
    po::options_description choice{"Samples"};
    add_sample_options(choice);
    po::options_description work{"Work"};
    work.add_options()                                                             //
        ("out", po::value<std::string>()->value_name("RUN"),                       //
         "folder for scores.tsv, matches.tsv, summary.tsv, run.json and log.txt")  //
        ("name", po::value<std::string>()->value_name("N"),
         "keep the scores as this table of the store, for use as traits and covariates")  //
        ("replace", po::bool_switch(), "replace a table of that name")                    //
        ("plan", po::bool_switch(), "say what would be done and what it would cost, and stop");
    add_threads_option(work);
    return all.add(scores).add(choice).add(work);
}

void execute(po::variables_map const& values, mpi::Communicator const& comm, Log& log) {
    auto const name = text_of(values, "name");
    auto request = score_request(values);
    request.run = text_of(values, "out");
    if (!name.empty()) request.table = table_name({.name = name});
    if (values["replace"].as<bool>()) request.existing = ExistingTable::replace;
    request.unit = choose<ScoreUnit>(values, "unit",
                                     {{"sum", ScoreUnit::sum}, {"average", ScoreUnit::average}});
    request.threads = threads_of(values);
    if (values["plan"].as<bool>()) {
        plan_score(request, comm, log);
        return;
    }
    if (request.run.empty() && request.table.empty()) {
        throw UserError{
            "options --out and --name are missing (scores need a place); add --out RUN for files "
            "or --name TABLE for a table of the store"};
    }
    run_score(request, comm, log);
}

}  // namespace

Command const score_command{
    .name = "score",
    .summary = "polygenic scores of every sample",
    .usage = "--store S (--model M... | --weights F...) (--out RUN | --name N) [options]",
    .examples =
        "maniple score --store cohort --model height --name height_score\n"
        "maniple score --store cohort --weights PGS000018.txt.gz --out cad\n"
        "mpirun -n 4 maniple score --store cohort --model a,b,c --out scores",
    .ranks = Ranks::all,
    .positional = "",
    .options = options,
    .execute = execute};

}  // namespace maniple::cli
