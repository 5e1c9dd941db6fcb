#include "maniple/cli/help.hpp"

#include <iterator>
#include <sstream>

#include <fmt/format.h>
#include <boost/version.hpp>

#include "maniple/cli/parse_options.hpp"
#include "maniple/core/version.hpp"
#include "maniple/run/library_versions.hpp"

namespace maniple::cli {

std::string program_help() {
    std::string text =
        "maniple: analyses of biobank cohorts, the same bytes on any number of ranks\n\n"
        "Usage:\n"
        "  maniple <command> [options]\n"
        "  mpirun -n 4 maniple <command> [options]\n\n"
        "Commands:\n";
    for (auto const* command : commands()) {
        fmt::format_to(std::back_inserter(text), "  {:<13} {}\n", command->name, command->summary);
    }
    text +=
        "\nOptions:\n"
        "  <command> --help   options and examples of one command\n"
        "  --version          versions of maniple and its libraries\n\n"
        "Exit codes: 0 everything asked for is in the output, 2 an option or input file is wrong,\n"
        "3 the machine refused, 4 a file is damaged, 70 a bug in maniple, 75 stopped by "
        "a signal\nor a time limit (run it again).\n";
    return text;
}

std::string command_help(Command const& command) {
    std::ostringstream options;
    all_options(command).print(options);
    auto text = fmt::format("maniple {}: {}\n\nUsage:\n  maniple {} {}\n{}", command.name,
                            command.summary, command.name, command.usage, options.str());
    if (command.examples.empty()) return text;

    text += "\nExamples:\n";
    std::istringstream examples{std::string{command.examples}};
    for (std::string line; std::getline(examples, line);) text += fmt::format("  {}\n", line);
    return text;
}

std::string version_text(std::string const& mpi) {
    auto text = fmt::format("maniple {}\n", program_version);
    auto const add = [&text](std::string const& name, std::string const& version) {
        fmt::format_to(std::back_inserter(text), "  {:<10} {}\n", name, version);
    };
    add("MPI", mpi);
    for (auto const& library : library_versions()) add(library.name, library.version);
    add("Boost", fmt::format("{}.{}.{}", BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000,
                             BOOST_VERSION % 100));
    add("fmt",
        fmt::format("{}.{}.{}", FMT_VERSION / 10'000, FMT_VERSION / 100 % 100, FMT_VERSION % 100));
    return text;
}

}  // namespace maniple::cli
