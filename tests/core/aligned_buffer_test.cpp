#include "maniple/core/aligned_buffer.hpp"

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

template <class T>
bool starts_a_cache_line(AlignedBuffer<T> const& buffer) {
    return reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0;
}

TEST_CASE("AlignedBuffer: starts on a cache line, filled with zeros, whatever the size", "[core]") {
    auto const size = GENERATE(1, 3, 64, 1000, 100'001);
    for (int round = 0; round < 4; ++round) {  // memory that was used before is zeroed too
        AlignedBuffer<double> numbers{size};
        AlignedBuffer<std::int8_t> bytes{size};
        REQUIRE(numbers.size() == size);
        CHECK(starts_a_cache_line(numbers));
        CHECK(starts_a_cache_line(bytes));
        CHECK(std::ranges::all_of(numbers.span(), [](double value) { return value == 0; }));
        CHECK(std::ranges::all_of(bytes.span(), [](auto value) { return value == 0; }));
        std::ranges::fill(numbers.span(), 1.5);
        std::ranges::fill(bytes.span(), std::int8_t{7});
    }
}

TEST_CASE("AlignedBuffer: element, pointer and span are the same memory", "[core]") {
    AlignedBuffer<int> buffer{5};
    buffer[3] = 42;
    CHECK(buffer.data()[3] == 42);
    CHECK(buffer.span()[3] == 42);
    auto const& constant = buffer;
    CHECK(constant[3] == 42);
    CHECK(constant.span().data() == buffer.data());
    CHECK(constant.span().size() == 5);
}

TEST_CASE("AlignedBuffer: moves its memory and leaves nothing behind", "[core]") {
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<AlignedBuffer<int>>);
    AlignedBuffer<int> first{5};
    first[0] = 9;
    int const* const memory = first.data();

    AlignedBuffer<int> second{std::move(first)};
    CHECK(second.data() == memory);
    CHECK(second.size() == 5);
    CHECK(first.size() == 0);  // NOLINT(bugprone-use-after-move): the promise under test
    CHECK(first.span().empty());

    AlignedBuffer<int> third{2};
    third = std::move(second);
    CHECK(third.data() == memory);
    CHECK(third[0] == 9);
    CHECK(second.size() == 0);  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("AlignedBuffer: empty by default and at size zero", "[core]") {
    CHECK(AlignedBuffer<int>{}.span().empty());
    CHECK(AlignedBuffer<int>{0}.span().empty());
}

TEST_CASE("AlignedBuffer: large ones are zero and aligned too, and move", "[core]") {
    std::int64_t const size = GENERATE((1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5'000'001);
    AlignedBuffer<std::int32_t> buffer{size};
    REQUIRE(buffer.size() == size);
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
    std::int64_t others = 0;
    for (auto& value : buffer.span()) {
        others += value != 0 ? 1 : 0;
        value = 7;
    }
    CHECK(others == 0);
    AlignedBuffer<std::int32_t> target{3'000'000};
    target = std::move(buffer);
    CHECK(target.size() == size);
    CHECK(target[size - 1] == 7);
    AlignedBuffer<std::int32_t> const last{std::move(target)};
    CHECK(last[0] == 7);
}

}  // namespace
}  // namespace maniple
