#include "maniple/mpi/communicator.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "mpi/world.hpp"

namespace maniple::mpi {
namespace {

// Differs at every position and between ranks, so that a shifted or swapped message shows.
Bytes pattern(std::size_t size, int rank) {
    Bytes bytes(size);
    std::uint32_t state = 17U + static_cast<std::uint32_t>(rank);
    for (auto& byte : bytes) {
        state = state * 1'664'525U + 1'013'904'223U;
        byte = static_cast<std::byte>(state >> 24U);
    }
    return bytes;
}

constexpr std::size_t chunk = std::size_t{1} << 26;

TEST_CASE("alone: one rank answers every collective without MPI", "[mpi]") {
    auto const comm = Communicator::alone();
    CHECK(comm.rank() == 0);
    CHECK(comm.size() == 1);
    CHECK(comm.is_root());
    comm.barrier();
    CHECK(comm.broadcast(pattern(5, 0)) == pattern(5, 0));
    CHECK(comm.gather(pattern(5, 0)) == std::vector<Bytes>{pattern(5, 0)});
    std::vector<std::int64_t> values{3, -4};
    comm.sum(values);
    CHECK(values == std::vector<std::int64_t>{3, -4});
    CHECK(comm.max(-9) == -9);
}

TEST_CASE("broadcast: root's bytes arrive whole, of any size", "[mpi]") {
    auto const size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{1000}, chunk - 1, chunk,
                               2 * chunk + 7);
    auto const comm = world();
    auto const received = comm.broadcast(pattern(comm.is_root() ? size : 3, comm.rank()));
    CHECK((received == pattern(size, 0)));
}

TEST_CASE("gather: root has every rank's bytes in rank order, others nothing", "[mpi]") {
    auto const size = GENERATE(std::size_t{0}, std::size_t{1000}, chunk, chunk + 1);
    auto const comm = world();
    auto const mine = size + static_cast<std::size_t>(comm.rank());
    auto const gathered = comm.gather(pattern(mine, comm.rank()));
    if (!comm.is_root()) {
        CHECK(gathered.empty());
        return;
    }
    REQUIRE(std::ssize(gathered) == comm.size());
    for (int rank = 0; rank < comm.size(); ++rank) {
        auto const& bytes = gathered[static_cast<std::size_t>(rank)];
        CHECK((bytes == pattern(size + static_cast<std::size_t>(rank), rank)));
    }
}

TEST_CASE("sum: adds whole numbers of all ranks, beyond 2^53 exactly", "[mpi]") {
    auto const count = GENERATE(std::size_t{0}, std::size_t{3}, chunk / 8 + 11);
    auto const comm = world();
    std::vector<std::int64_t> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = (std::int64_t{1} << 60) + static_cast<std::int64_t>(i) * (comm.rank() + 1);
    }
    comm.sum(values);
    std::int64_t const weights = comm.size() * (comm.size() + 1) / 2;
    bool exact = true;
    for (std::size_t i = 0; i < count; ++i) {
        auto const expected =
            comm.size() * (std::int64_t{1} << 60) + static_cast<std::int64_t>(i) * weights;
        exact = exact && values[i] == expected;
    }
    CHECK(exact);
}

TEST_CASE("max: every rank learns the largest", "[mpi]") {
    auto const comm = world();
    CHECK(comm.max(-10 - comm.rank()) == -10);
    CHECK(comm.max(100 * comm.rank()) == 100 * (comm.size() - 1));
}

TEST_CASE("send and receive: messages of one tag keep their order, tags do not mix", "[mpi]") {
    auto const comm = world();
    std::vector<std::size_t> const sizes{0, 5, chunk, chunk + 3, 17};
    if (comm.is_root()) {
        for (int from = 1; from < comm.size(); ++from) {
            CHECK((comm.receive(from, largest_tag) == pattern(9, from)));
            for (auto const size : sizes) CHECK((comm.receive(from, 0) == pattern(size, from)));
        }
        return;
    }
    std::vector<PendingSend> pending;
    for (auto const size : sizes) pending.push_back(comm.send(pattern(size, comm.rank()), 0, 0));
    pending.push_back(comm.send(pattern(9, comm.rank()), 0, largest_tag));
}

TEST_CASE("send: a pending message can be replaced by the next one", "[mpi]") {
    auto const comm = world();
    constexpr int messages = 4;
    if (comm.is_root()) {
        for (int from = 1; from < comm.size(); ++from) {
            for (int i = 0; i < messages; ++i) {
                CHECK((comm.receive(from, 1) == pattern(100'000, i)));
            }
        }
        return;
    }
    PendingSend last;
    for (int i = 0; i < messages; ++i) last = comm.send(pattern(100'000, i), 0, 1);
}

TEST_CASE("send, receive: refuse a rank that does not exist, oneself, and tags out of range",
          "[mpi]") {
    auto const comm = world();
    CHECK_THROWS_AS(comm.send({}, comm.rank(), 0), ContractViolation);
    CHECK_THROWS_AS(comm.send({}, comm.size(), 0), ContractViolation);
    CHECK_THROWS_AS(comm.send({}, -1, 0), ContractViolation);
    CHECK_THROWS_AS(comm.receive(comm.rank(), 0), ContractViolation);
    CHECK_THROWS_AS(comm.receive(comm.size(), 0), ContractViolation);
    if (comm.size() > 1) {
        int const other = comm.is_root() ? 1 : 0;
        CHECK_THROWS_AS(comm.send({}, other, -1), ContractViolation);
        CHECK_THROWS_AS(comm.send({}, other, largest_tag + 1), ContractViolation);
        CHECK_THROWS_AS(comm.receive(other, largest_tag + 1), ContractViolation);
    }
}

TEST_CASE("start_max: every rank has the largest values of all, without waiting", "[mpi]") {
    auto const comm = world();
    PendingMax none;
    CHECK_FALSE(none.is_open());
    CHECK_THROWS_AS(none.result(), ContractViolation);
    for (int round = 0; round < 20; ++round) {
        auto pending = comm.start_max({round + comm.rank(), -round - comm.rank()});
        CHECK(pending.is_open());
        auto result = pending.result();
        while (!result) result = pending.result();
        CHECK(*result == std::vector<std::int64_t>{round + comm.size() - 1, -round});
        CHECK_FALSE(pending.is_open());
    }
}

TEST_CASE("send: tells when the message has left, and message_waits when it has come", "[mpi]") {
    auto const size = GENERATE(std::size_t{0}, std::size_t{100}, chunk + 5);
    auto const comm = world();
    if (comm.rank() == 1) {
        auto pending = comm.send(pattern(size, 1), 0, 7);
        while (!pending.has_left()) {
        }
        CHECK(pending.has_left());
    }
    if (comm.is_root() && comm.size() > 1) {
        CHECK_FALSE(comm.message_waits(1, 8));
        while (!comm.message_waits(1, 7)) {
        }
        CHECK((comm.receive(1, 7) == pattern(size, 1)));
        CHECK_FALSE(comm.message_waits(1, 7));
    }
    comm.barrier();
}

TEST_CASE("ranks_on_this_host: all, where there is one host", "[mpi]") {
    CHECK(world().ranks_on_this_host() == world().size());
}

}  // namespace
}  // namespace maniple::mpi
