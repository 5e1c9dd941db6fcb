#include "maniple/run/first_failure.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

TEST_CASE("FirstFailure: keeps nothing where nothing fails", "[run]") {
    FirstFailure failure;
    int done = 0;
    failure.guard([&] { ++done; });
    CHECK(done == 1);
    CHECK(failure.get() == nullptr);
    CHECK_NOTHROW(failure.rethrow());
}

TEST_CASE("FirstFailure: the first exception is thrown again with its type, later work is done",
          "[run]") {
    FirstFailure failure;
    int done = 0;
    failure.guard([] { throw UserError{"first"}; });
    failure.guard([] { throw CorruptInput{"second"}; });
    failure.guard([&] { ++done; });
    CHECK(done == 1);
    CHECK(failure.get() != nullptr);
    CHECK_THROWS_AS(failure.rethrow(), UserError);
    CHECK_THROWS_WITH(failure.rethrow(), "first");
}

TEST_CASE("FirstFailure: of many threads one exception is kept", "[run]") {
    FirstFailure failure;
    std::atomic<int> tried{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 200; ++i) {
                    failure.guard([&] {
                        ++tried;
                        throw UserError{std::to_string(t)};
                    });
                }
            });
        }
    }
    CHECK(tried == 800);
    CHECK_THROWS_AS(failure.rethrow(), UserError);
}

}  // namespace
}  // namespace maniple
