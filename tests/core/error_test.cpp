#include "maniple/core/error.hpp"

#include <string>
#include <type_traits>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

template <class Thrown>
ExitCode code_of(char const* message) {
    try {
        throw Thrown{message};
    } catch (Error const& error) {
        CHECK(error.what() == std::string{message});
        return error.code();
    }
}

TEST_CASE("Error: each kind is caught as one base and carries its message and exit code",
          "[core]") {
    CHECK(code_of<UserError>("no such trait") == ExitCode::user_error);
    CHECK(code_of<EnvironmentError>("disk full") == ExitCode::environment);
    CHECK(code_of<CorruptInput>("block 3") == ExitCode::corrupt_input);
}

TEST_CASE("ExitCode: the numbers that scripts rely on", "[core]") {
    CHECK(static_cast<int>(ExitCode::success) == 0);
    CHECK(static_cast<int>(ExitCode::user_error) == 2);
    CHECK(static_cast<int>(ExitCode::environment) == 3);
    CHECK(static_cast<int>(ExitCode::corrupt_input) == 4);
    CHECK(static_cast<int>(ExitCode::contract) == 70);
    CHECK(static_cast<int>(ExitCode::stopped) == 75);
}

TEST_CASE("ContractViolation: is our bug, not an Error a person can act on", "[core]") {
    STATIC_REQUIRE_FALSE(std::is_base_of_v<Error, ContractViolation>);
}

}  // namespace
}  // namespace maniple
