#include "maniple/cli/outcome.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <set>
#include <system_error>

#include <fmt/format.h>

namespace maniple::cli {
namespace {

// Long enough for ranks that fail together on a slow file system, short enough not to puzzle.
constexpr std::chrono::milliseconds patience{3000};

mpi::Bytes to_bytes(std::string const& text) {
    auto const bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

std::string to_text(mpi::Bytes const& bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// One byte of exit code, then the message.
std::string pack(Outcome const& outcome) {
    return static_cast<char>(outcome.code) + outcome.message;
}

Outcome unpack(std::string const& text) {
    return {static_cast<ExitCode>(text.front()), text.substr(1)};
}

[[noreturn]] void abort_all(int rank, Outcome const& outcome) {
    if (rank != 0) print_error(fmt::format("rank {}: {}", rank, outcome.message));
    mpi::Session::abort(static_cast<int>(outcome.code));
}

// On the root: messages that it did not print itself, each once, and the code of the first failure.
int report_others(std::vector<mpi::Bytes> const& words, Outcome const& own) {
    std::set<std::string> printed{own.message};
    auto code = own.code;
    for (std::size_t rank = 1; rank < words.size(); ++rank) {
        auto const other = unpack(to_text(words[rank]));
        if (other.code == ExitCode::success) continue;
        if (code == ExitCode::success) code = other.code;
        if (!other.message.empty() && printed.insert(other.message).second) {
            print_error(fmt::format("rank {}: {}", rank, other.message));
        }
    }
    return static_cast<int>(code);
}

}  // namespace

// fmt would throw where standard error is closed; there is nobody left to tell.
void print_error(std::string const& message) {
    if (message.empty()) return;
    auto line = message;
    // Quoted input may hold anything; what a terminal would obey, or end at, is not printed.
    for (auto& letter : line) {
        auto const code = static_cast<unsigned char>(letter);
        if ((code < 0x20 && letter != '\n') || code == 0x7f) letter = '?';
    }
    std::fputs(fmt::format("maniple: {}\n", line).c_str(), stderr);
    std::fflush(stderr);
}

Outcome attempt(std::function<void()> const& work) {
    try {
        work();
        return {};
    } catch (std::system_error const&) {
        // Streams throw without saying which: a closed pipe is the likely one.
        auto const output = check_standard_output();
        return output.code != ExitCode::success ? output : judge(std::current_exception());
    } catch (...) {
        return judge(std::current_exception());
    }
}

Outcome check_standard_output() {
    errno = 0;
    bool const flushed = std::fflush(stdout) == 0 && !std::cout.flush().fail();
    if (flushed && std::ferror(stdout) == 0) return {};
    return {ExitCode::environment,
            fmt::format("standard output could not be written ({}); what was printed is incomplete",
                        errno != 0 ? std::strerror(errno) : "disk full or pipe closed")};
}

int conclude(mpi::Session const& session, Outcome const& outcome) {
    auto const ranks = session.world();
    bool const failed = outcome.code != ExitCode::success;
    if (ranks.is_root()) print_error(outcome.message);
    auto const words = session.conclude(
        to_bytes(pack(outcome)),
        failed ? std::optional{patience} : std::optional<std::chrono::milliseconds>{});
    if (!words) abort_all(ranks.rank(), outcome);
    return ranks.is_root() ? report_others(*words, outcome) : static_cast<int>(outcome.code);
}

}  // namespace maniple::cli
