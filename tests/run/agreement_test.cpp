#include "maniple/run/agreement.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

TEST_CASE("together: one rank throws what its work throws", "[run]") {
    auto const comm = mpi::Communicator::alone();
    CHECK_NOTHROW(together(comm, [] {}));
    CHECK_THROWS_AS(together(comm, [] { throw CorruptInput{"torn"}; }), CorruptInput);
    CHECK_NOTHROW(agree(comm, nullptr));
}

}  // namespace
}  // namespace maniple
