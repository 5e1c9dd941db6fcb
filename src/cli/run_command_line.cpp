#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/cli/help.hpp"
#include "maniple/cli/outcome.hpp"
#include "maniple/cli/parse_options.hpp"
#include "maniple/core/suggestion.hpp"
#include "maniple/mpi/launcher.hpp"
#include "maniple/mpi/session.hpp"

namespace maniple::cli {
namespace {

using Words = std::span<std::string const>;

bool is_help(std::string const& word) { return word == "--help" || word == "-h"; }

Command const& find_command(std::string const& name) {
    std::vector<std::string> names;
    for (auto const* command : commands()) {
        if (command->name == name) return *command;
        names.emplace_back(command->name);
    }
    throw UserError{fmt::format("unknown command '{}'{}; 'maniple --help' lists all", name,
                                suggest(name, names, "maniple "))};
}

void print_on_root(mpi::Communicator const& ranks, std::string const& text) {
    if (ranks.is_root()) std::fputs(text.c_str(), stdout);
}

void run_command(Command const& command, Words words, mpi::Communicator const& ranks) {
    auto const values = parse_options(command, words);
    Log log{ranks.is_root() ? Speaker::speaks : Speaker::silent};
    if (command.ranks == Ranks::all) return command.execute(values, ranks, log);
    // A collective in such a command would wait for ranks that have left.
    if (ranks.is_root()) command.execute(values, mpi::Communicator::alone(), log);
}

void run_words(Words words, mpi::Session const& session) {
    auto const ranks = session.world();
    if (words.empty()) {
        throw UserError{"no command is given (what should be done?); 'maniple --help' lists all"};
    }
    auto const& first = words.front();
    auto const rest = words.subspan(1);
    if (is_help(first) || (first == "help" && rest.empty())) {
        print_on_root(ranks, program_help());
    } else if (first == "--version") {
        print_on_root(ranks, version_text(mpi::Session::implementation()));
    } else if (first == "help") {
        print_on_root(ranks, command_help(find_command(rest.front())));
    } else if (std::any_of(rest.begin(), rest.end(), is_help)) {
        print_on_root(ranks, command_help(find_command(first)));
    } else {
        run_command(find_command(first), rest, ranks);
    }
}

// Doctor itself explains why ranks do not find each other.
mpi::LoneTasks lone_tasks(Words words) {
    bool const is_doctor = !words.empty() && words.front() == doctor_command.name;
    return is_doctor ? mpi::LoneTasks::allow : mpi::LoneTasks::refuse;
}

}  // namespace

int run_command_line(int argc, char** argv) {
    // A closed pipe shows as a failed write instead, which ends with a message and a code.
    std::signal(SIGPIPE, SIG_IGN);
    // And so does a file beyond the limit of its size.
    std::signal(SIGXFSZ, SIG_IGN);
    // Files under way are their owner's alone; those that are done get their readers.
    ::umask(S_IRWXG | S_IRWXO);
    std::vector<std::string> const words(argv + std::min(argc, 1), argv + argc);

    std::optional<mpi::Session> session;
    auto outcome = attempt([&] { session.emplace(lone_tasks(words)); });
    if (!session) {
        if (mpi::is_first_task(mpi::process_environment)) print_error(outcome.message);
        return static_cast<int>(outcome.code);
    }
    outcome = attempt([&] { run_words(words, *session); });
    if (outcome.code == ExitCode::success) outcome = check_standard_output();

    int code = 0;
    auto const ending = attempt([&] { code = conclude(*session, outcome); });
    if (ending.code == ExitCode::success) return code;
    print_error(ending.message);
    return static_cast<int>(ending.code);
}

}  // namespace maniple::cli
