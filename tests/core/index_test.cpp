#include "maniple/core/index.hpp"

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

template <class A, class B>
concept Comparable = requires(A a, B b) {
    a < b;
};
template <class A, class B>
concept Subtractable = requires(A a, B b) {
    a - b;
};

TEST_CASE("Index: positions of two axes do not mix, and numbers do not become positions unasked",
          "[core]") {
    STATIC_REQUIRE(Comparable<SampleIndex, SampleIndex>);
    STATIC_REQUIRE_FALSE(Comparable<SampleIndex, LocalVariantIndex>);
    STATIC_REQUIRE_FALSE(Subtractable<GlobalVariantIndex, LocalVariantIndex>);
    STATIC_REQUIRE_FALSE(std::convertible_to<std::int64_t, BlockIndex>);
    STATIC_REQUIRE_FALSE(std::convertible_to<TraitIndex, std::int64_t>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<PatternIndex, TraitIndex>);
}

TEST_CASE("Index: counts, orders and measures distances past 32 bits", "[core]") {
    SampleIndex const far{5'000'000'000};
    CHECK(far.get() == 5'000'000'000);
    CHECK(far.at() == 5'000'000'000U);
    CHECK(far + 3 > far);
    CHECK((far + 3) - far == 3);
    CHECK(far - (far + 3) == -3);
    SampleIndex next = far;
    CHECK(++next == far + 1);
}

TEST_CASE("Range: half-open, empty by default", "[core]") {
    CHECK(Range<BlockIndex>{}.size() == 0);
    Range<BlockIndex> const range{BlockIndex{3}, BlockIndex{7}};
    CHECK(range.size() == 4);
    CHECK(range == Range<BlockIndex>{BlockIndex{3}, BlockIndex{7}});
    CHECK_FALSE(range == Range<BlockIndex>{BlockIndex{3}, BlockIndex{8}});
}

}  // namespace
}  // namespace maniple
