#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/core/error.hpp"
#include "maniple/report/check_scan.hpp"
#include "maniple/run/run_files.hpp"
#include "maniple/run/verify.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all{"Options"};
    auto add = all.add_options();
    add("store", po::value<std::string>()->value_name("DIR"),
        "cohort store to check, a run's folder, or its results.h5 or predictors.h5");
    add_threads_option(all);
    return all;
}

// Texts have no checksums, but they say what results.h5 says.
void check_texts(RunFiles const& files, std::string const& path, RunReport& report) {
    if (!files.results || path == files.results->string() || !report.problems.empty()) return;
    try {
        check_scan_texts(path);
    } catch (CorruptInput const& damage) {
        report.problems.emplace_back(damage.what());
    }
}

void verify(RunFiles const& files, std::string const& path, Log& log) {
    auto report = verify_run(files);
    check_texts(files, path, report);
    for (auto const& problem : report.problems) log.note(fmt::format("damaged: {}", problem));
    if (!report.problems.empty()) {
        throw CorruptInput{fmt::format(
            "'{}' is damaged ({}, listed above); restore the file from a copy, or run the command "
            "that made it again",
            path,
            report.problems.size() == 1 ? "1 problem"
                                        : fmt::format("{} problems", report.problems.size()))};
    }
    std::puts(report.summary().c_str());  // run_command_line sees whether it arrived
}

void execute(po::variables_map const& values, mpi::Communicator const&, Log& log) {
    if (values.count("store") == 0) {
        throw UserError{"no store is given (verify checks one); write `maniple verify STORE`"};
    }
    auto const store = values["store"].as<std::string>();
    if (auto const files = find_run_files(store); !files.is_empty()) {
        verify(files, store, log);
        return;
    }
    auto const report = verify_store(store, threads_of(values));
    for (auto const& note : report.notes) log.note(fmt::format("note: {}", note));
    for (auto const& problem : report.problems) log.note(fmt::format("damaged: {}", problem));
    if (!report.problems.empty()) {
        throw CorruptInput{
            fmt::format("store '{}' is damaged ({} problem{}, listed above); restore these files "
                        "from a copy, or "
                        "import again",
                        store, report.problems.size(), report.problems.size() == 1 ? "" : "s")};
    }
    std::puts(report.summary().c_str());  // run_command_line sees whether it arrived
}

}  // namespace

Command const verify_command{
    .name = "verify",
    .summary = "read everything in a store, or in a run: checksums, and whether its files agree",
    .usage = "STORE|RUN|FILE [--threads N]",
    .examples =
        "maniple verify cohort\n"
        "maniple verify height\n"
        "maniple verify cohort --threads 8",
    .ranks = Ranks::root_only,
    .positional = "store",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
