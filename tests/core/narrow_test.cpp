#include "maniple/core/narrow.hpp"

#include <cstdint>
#include <limits>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("narrow: keeps every value that fits, to the last", "[core]") {
    CHECK(narrow<int>(std::int64_t{2'147'483'647}) == std::numeric_limits<int>::max());
    CHECK(narrow<int>(std::int64_t{-2'147'483'648}) == std::numeric_limits<int>::min());
    CHECK(narrow<std::uint8_t>(255) == 255);
}

TEST_CASE("narrow: refuses the first value that does not fit, and a lost sign", "[core]") {
    CHECK_THROWS_AS(narrow<int>(std::int64_t{2'147'483'648}), ContractViolation);
    CHECK_THROWS_AS(narrow<int>(std::int64_t{-2'147'483'649}), ContractViolation);
    CHECK_THROWS_AS(narrow<std::uint8_t>(256), ContractViolation);
    CHECK_THROWS_AS(narrow<unsigned>(-1), ContractViolation);
    CHECK_THROWS_AS(narrow<int>(4'000'000'000U), ContractViolation);
}

}  // namespace
}  // namespace maniple
