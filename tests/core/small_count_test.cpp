#include "maniple/core/small_count.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("is_small: some people, but fewer than the limit", "[core]") {
    CHECK_FALSE(is_small(0, 5));
    CHECK(is_small(1, 5));
    CHECK(is_small(4, 5));
    CHECK_FALSE(is_small(5, 5));
    CHECK_FALSE(is_small(1, 1));
}

TEST_CASE("describe_count: a number, unless it is small", "[core]") {
    CHECK(describe_count(0) == "0");
    CHECK(describe_count(1) == "<5");
    CHECK(describe_count(4) == "<5");
    CHECK(describe_count(5) == "5");
    CHECK(describe_count(1234567) == "1234567");
}

}  // namespace
}  // namespace maniple
