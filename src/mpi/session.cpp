#include "maniple/mpi/session.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "checked.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/narrow.hpp"
#include "maniple/mpi/launcher.hpp"

namespace maniple::mpi {
namespace {

using Clock = std::chrono::steady_clock;

// Sleeps between looks: MPI's own waiting spins, and a rank may wait here for hours.
bool wait_until(std::function<bool()> const& done, Clock::time_point deadline) {
    auto nap = std::chrono::microseconds{50};
    while (!done()) {
        if (Clock::now() > deadline) return false;
        std::this_thread::sleep_for(nap);
        nap = std::min(nap * 2, std::chrono::microseconds{20'000});
    }
    return true;
}

bool message_waits(int from, int tag) {
    int waits = 0;
    check(MPI_Iprobe(from, tag, MPI_COMM_WORLD, &waits, MPI_STATUS_IGNORE), "look for a message");
    return waits != 0;
}

Bytes receive_words(int from, int tag) {
    MPI_Status status;
    check(MPI_Probe(from, tag, MPI_COMM_WORLD, &status), "wait for last words");
    int count = 0;
    check(MPI_Get_count(&status, MPI_BYTE, &count), "measure last words");
    Bytes words(static_cast<std::size_t>(count));
    check(MPI_Recv(words.data(), count, MPI_BYTE, from, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE),
          "receive last words");
    return words;
}

void tell_all_came(int size) {
    for (int to = 1; to < size; ++to) {
        check(MPI_Send(nullptr, 0, MPI_BYTE, to, farewell_tag, MPI_COMM_WORLD), "say farewell");
    }
}

std::optional<std::vector<Bytes>> collect_words(Bytes words, int size, Clock::time_point deadline) {
    std::vector<Bytes> all(static_cast<std::size_t>(size));
    all[0] = std::move(words);
    for (int from = 1; from < size; ++from) {
        if (!wait_until([&] { return message_waits(from, words_tag); }, deadline)) return {};
        all[static_cast<std::size_t>(from)] = receive_words(from, words_tag);
    }
    tell_all_came(size);
    return all;
}

std::optional<std::vector<Bytes>> deliver_words(Bytes words, Clock::time_point deadline) {
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Isend(words.data(), narrow<int>(words.size()), MPI_BYTE, 0, words_tag, MPI_COMM_WORLD,
                    &request),
          "send last words");
    if (!wait_until([] { return message_waits(0, farewell_tag); }, deadline)) {
        // MPI may still read the buffer until the process ends.
        [[maybe_unused]] auto* const abandoned = new Bytes(std::move(words));
        return {};
    }
    receive_words(0, farewell_tag);
    check(MPI_Wait(&request, MPI_STATUS_IGNORE), "send last words");
    return std::vector<Bytes>{std::move(words)};
}

bool is_running() {
    int running = 0;
    MPI_Initialized(&running);
    return running != 0;
}

void expect_company(int size) {
    auto const lost = find_lost_ranks(process_environment, size, Session::linked_implementation());
    if (lost) throw EnvironmentError{fmt::format("{}; {}", lost->problem, lost->advice)};
}

}  // namespace

Session::Session(LoneTasks tasks) {
    if (started_by_launcher(process_environment)) {
        int provided = MPI_THREAD_SINGLE;
        check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "start");
        started_ = true;
        if (provided < MPI_THREAD_FUNNELED) {
            throw EnvironmentError{
                "MPI does not allow threads beside it (built without thread support); load an MPI "
                "with MPI_THREAD_FUNNELED"};
        }
        check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "set its error handler");
    }
    if (tasks == LoneTasks::refuse) expect_company(world().size());
}

Session::~Session() {
    if (started_) MPI_Finalize();
}

Communicator Session::world() const {
    if (!started_) return Communicator::alone();
    int rank = 0;
    int size = 1;
    check(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "number this rank");
    check(MPI_Comm_size(MPI_COMM_WORLD, &size), "count ranks");
    return Communicator{rank, size};
}

std::optional<std::vector<Bytes>> Session::conclude(
    Bytes words, std::optional<std::chrono::milliseconds> patience) const {
    auto const deadline = patience ? Clock::now() + *patience : Clock::time_point::max();
    auto const ranks = world();
    if (ranks.size() == 1) return std::vector<Bytes>{std::move(words)};
    if (ranks.is_root()) return collect_words(std::move(words), ranks.size(), deadline);
    return deliver_words(std::move(words), deadline);
}

void Session::abort(int code) {
    if (is_running()) MPI_Abort(MPI_COMM_WORLD, code);
    std::_Exit(code);
}

std::string Session::implementation() {
    return is_running() ? linked_implementation() : "none (one rank)";
}

// One of the few questions that MPI answers before it starts.
std::string Session::linked_implementation() {
    std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
    int length = 0;
    check(MPI_Get_library_version(text.data(), &length), "name its version");
    std::string_view const version{text.data(), static_cast<std::size_t>(length)};
    // Open MPI adds ", package: ..., ident: ..." and MPICH further lines.
    std::string name{version.substr(0, version.find_first_of(",\n"))};
    if (name.starts_with("Open MPI v")) name.erase(9, 1);
    return name;
}

}  // namespace maniple::mpi
