#include "maniple/cli/outcome.hpp"

#include <new>
#include <stdexcept>
#include <system_error>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple::cli {
namespace {

using Catch::Contains;

TEST_CASE("attempt: success has no message", "[cli]") {
    auto const outcome = attempt([] {});
    CHECK(outcome.code == ExitCode::success);
    CHECK(outcome.message.empty());
}

TEST_CASE("attempt: errors keep their text and code", "[cli]") {
    auto const user = attempt([] { throw UserError{"wrong"}; });
    CHECK(user.code == ExitCode::user_error);
    CHECK(user.message == "wrong");
    CHECK(attempt([] { throw EnvironmentError{""}; }).code == ExitCode::environment);
    CHECK(attempt([] { throw CorruptInput{""}; }).code == ExitCode::corrupt_input);
    CHECK(attempt([] { throw Error{ExitCode::stopped, ""}; }).code == ExitCode::stopped);
}

TEST_CASE("attempt: our bugs ask for a report, the machine's refusals do not", "[cli]") {
    auto const bug = attempt([] { expect(false, "one is two"); });
    CHECK(bug.code == ExitCode::contract);
    CHECK_THAT(bug.message, Contains("one is two") && Contains("bug in maniple"));
    CHECK(attempt([] { throw std::out_of_range{"x"}; }).code == ExitCode::contract);
    CHECK(attempt([] { throw 7; }).code == ExitCode::contract);

    auto const memory = attempt([] { throw std::bad_alloc{}; });
    CHECK(memory.code == ExitCode::environment);
    CHECK_THAT(memory.message, Contains("out of memory") && !Contains("bug"));
    auto const system = attempt([] {
        throw std::system_error{std::make_error_code(std::errc::permission_denied), "x"};
    });
    CHECK(system.code == ExitCode::environment);
}

}  // namespace
}  // namespace maniple::cli
