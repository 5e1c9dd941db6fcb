#include <string>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/core/error.hpp"
#include "maniple/report/write_report.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    auto const text = [](char const* shown) { return po::value<std::string>()->value_name(shown); };
    po::options_description all;
    po::options_description page{"Page"};
    page.add_options()                                                                      //
        ("run", text("RUN")->required(), "folder of a finished scan, merge or evaluation")  //
        ("out", text("FILE"),
         "file to write (default: RUN/report.html, in place of an earlier one)")  //
        ("replace", po::bool_switch(), "replace FILE, where it is a report");
    po::options_description scan{"Scans"};
    scan.add_options()  //
        ("trait", po::value<Words>()->multitoken()->value_name("T..."),
         "traits to show: names or patterns (default: all; plots of the 20 with the most hits)")  //
        ("locus-distance", po::value<std::int64_t>()->default_value(500'000)->value_name("BP"),
         "hits so close to a stronger one belong to its locus")  //
        ("clump-r2", po::value<double>()->default_value(0.1, "0.1")->value_name("X"),
         "... if their r^2 with it is X or more; 0: all of them. Needs the store")  //
        ("store", text("S"),
         "the cohort's store (default: the one that was scanned, if it is still there)");
    return all.add(page).add(scan);
}

// Whatever they say: also where it is what they are without being given.
void require_no_locus_options(po::variables_map const& values) {
    auto const run = text_of(values, "run");
    if (kind_of_run(run) != RunKind::evaluation) return;
    for (auto const* name : {"locus-distance", "clump-r2"}) {
        if (!is_given(values, name)) continue;
        throw UserError{fmt::format(
            "--{} is for reports of scans, and '{}' is an evaluation; leave it out", name, run)};
    }
}

void execute(po::variables_map const& values, mpi::Communicator const&, Log& log) {
    require_no_locus_options(values);
    constexpr std::int64_t longest_contig = 2'147'483'647;
    write_report(
        {.run = text_of(values, "run"),
         .file = text_of(values, "out"),
         .traits = words_of(values, "trait"),
         .store = text_of(values, "store"),
         .loci = {.distance = bounded<std::int64_t>(values, "locus-distance", 1, longest_contig),
                  .clump_r_squared = bounded(values, "clump-r2", 0.0, 1.0)},
         .existing = values["replace"].as<bool>() ? ExistingFile::replace : ExistingFile::refuse},
        log);
}

}  // namespace

Command const report_command{
    .name = "report",
    .summary = "a page about a run: plots and tables in one HTML file",
    .usage = "--run RUN [--out FILE] [options]",
    .examples =
        "maniple report --run height\n"
        "maniple report --run lipids --trait ldl,hdl --store cohort --out lipids.html --replace",
    .ranks = Ranks::root_only,
    .positional = "",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
