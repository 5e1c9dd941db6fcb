#include <string>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/export_results.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all;
    auto const text = [](char const* name) { return po::value<std::string>()->value_name(name); };
    po::options_description what{"What to export"};
    what.add_options()                                               //
        ("run", text("RUN")->required(), "output folder of a scan")  //
        ("trait", text("T")->default_value(""), "the trait; may be left out where the run has one")(
            "out", text("F")->required(),
            "file to write; bgzipped and indexed where it ends in .gz")(
            "format", text("KIND")->default_value("gwas-ssf"), "gwas-ssf, regenie or plink")  //
        ("replace", po::bool_switch(), "replace F");
    add_threads_option(what);
    return all.add(what);
}

void execute(po::variables_map const& values, mpi::Communicator const&, Log& log) {
    export_results(
        {.run = values["run"].as<std::string>(),
         .trait = values["trait"].as<std::string>(),
         .file = values["out"].as<std::string>(),
         .format = choose<StatisticsFormat>(values, "format",
                                            {{"gwas-ssf", StatisticsFormat::gwas_ssf},
                                             {"regenie", StatisticsFormat::regenie},
                                             {"plink", StatisticsFormat::plink}}),
         .existing = values["replace"].as<bool>() ? ExistingFile::replace : ExistingFile::refuse,
         .threads = threads_of(values)},
        log);
}

}  // namespace

Command const export_command{
    .name = "export",
    .summary = "one trait's results as text that other programs read",
    .usage = "--run RUN --trait T --out F [--format gwas-ssf|regenie|plink]",
    .examples =
        "maniple export --run RUN --trait height --out height.tsv.gz\n"
        "maniple export --run RUN --trait height --out height.glm --format plink\n",
    .ranks = Ranks::root_only,
    .positional = "",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
