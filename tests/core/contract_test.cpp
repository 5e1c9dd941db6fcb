#include "maniple/core/contract.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("expect: what holds passes, what does not names the contract and the place", "[core]") {
    if (!checks_enabled) {
        CHECK_NOTHROW(expect(false, "checks are off"));
        return;
    }
    CHECK_NOTHROW(expect(true, "never broken"));
    int const line = __LINE__ + 2;
    try {
        expect(false, "the moon is green");
        FAIL("a broken contract went unnoticed");
    } catch (ContractViolation const& violation) {
        std::string const message = violation.what();
        CHECK_THAT(message, Catch::Contains("broken contract: the moon is green"));
        CHECK_THAT(message, Catch::Contains("contract_test.cpp:" + std::to_string(line)));
    }
}

}  // namespace
}  // namespace maniple
