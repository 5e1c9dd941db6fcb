#include "maniple/mpi/session.hpp"

#include <chrono>
#include <cstdlib>
#include <span>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "mpi/world.hpp"

namespace maniple::mpi {
namespace {

using namespace std::chrono_literals;

Bytes words_of(int rank) {
    auto const text = "rank " + std::to_string(rank);
    auto const bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

void check_all_words(std::optional<std::vector<Bytes>> const& words) {
    auto const comm = world();
    REQUIRE(words.has_value());
    REQUIRE(std::ssize(*words) == (comm.is_root() ? comm.size() : 1));
    for (int i = 0; i < std::ssize(*words); ++i) {
        CHECK(((*words)[static_cast<std::size_t>(i)] == words_of(comm.rank() + i)));
    }
}

TEST_CASE("Session: has the ranks that the launcher says", "[mpi]") {
    char const* const launched = std::getenv("OMPI_COMM_WORLD_SIZE");
    int const expected = launched == nullptr ? 1 : std::atoi(launched);
    CHECK(world().size() == expected);
    CHECK((Session::implementation() == "none (one rank)") == (launched == nullptr));
}

TEST_CASE("conclude: root hears every rank, the others are released", "[mpi]") {
    check_all_words(session().conclude(words_of(world().rank()), std::nullopt));
    check_all_words(session().conclude(words_of(world().rank()), 20s));
}

TEST_CASE("conclude: gives up on a rank that does not come, and can be tried again", "[mpi]") {
    auto const comm = world();
    comm.barrier();
    if (comm.is_root()) {
        auto const words = session().conclude(words_of(0), 20ms);
        CHECK(words.has_value() == (comm.size() == 1));
    } else {
        std::this_thread::sleep_for(500ms);
    }
    check_all_words(session().conclude(words_of(comm.rank()), std::nullopt));
}

}  // namespace
}  // namespace maniple::mpi
