#include "maniple/core/checksum.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

std::uint64_t checksum_of(std::string_view text) {
    return checksum(std::as_bytes(std::span{text}));
}

std::uint64_t checksum_of_parts(std::vector<std::string> const& parts) {
    Checksum sum;
    for (auto const& part : parts) sum.add(part);
    return sum.value();
}

TEST_CASE("checksum: the published values of XXH3, 64 bits, seed 0", "[core]") {
    CHECK(to_hex(checksum_of("")) == "2d06800538d394c2");
    CHECK(to_hex(checksum_of("abc")) == "78af5f94892f3950");
}

TEST_CASE("checksum: every flipped bit shows", "[core]") {
    std::string text(777, 'x');
    auto const original = checksum_of(text);
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        auto const mask = static_cast<char>(1U << bit % 8);
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ mask);
        REQUIRE(checksum_of(text) != original);
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ mask);
    }
    CHECK(checksum_of(text) == original);
}

TEST_CASE("Checksum: bytes in portions count as the bytes in one piece", "[core]") {
    std::string const text(5000, 'y');
    auto const bytes = std::as_bytes(std::span{text});
    Checksum sum;
    sum.add(bytes.first(1));
    sum.add(bytes.subspan(1, 3000));
    sum.add(bytes.subspan(3001));
    CHECK(sum.value() == checksum(bytes));
    CHECK(Checksum{}.value() == checksum({}));
}

TEST_CASE("Checksum: strings count with their borders and their order", "[core]") {
    CHECK(checksum_of_parts({"ab", "c"}) == checksum_of_parts({"ab", "c"}));
    CHECK(checksum_of_parts({"ab", "c"}) != checksum_of_parts({"a", "bc"}));
    CHECK(checksum_of_parts({"ab", "c"}) != checksum_of_parts({"c", "ab"}));
    CHECK(checksum_of_parts({"ab", ""}) != checksum_of_parts({"ab"}));
}

TEST_CASE("Checksum: values count as their bytes, and reading does not disturb", "[core]") {
    std::array<std::int32_t, 3> const values{1, -2, 3};
    Checksum sum;
    sum.add_values(std::span<std::int32_t const>{values}.first(2));
    CHECK(sum.value() == checksum(std::as_bytes(std::span{values}.first(2))));
    sum.add_values(std::span<std::int32_t const>{values}.last(1));
    CHECK(sum.value() == checksum(std::as_bytes(std::span{values})));
    Checksum const moved{std::move(sum)};
    CHECK(moved.value() == checksum(std::as_bytes(std::span{values})));
}

TEST_CASE("to_hex: sixteen digits, with the zeros in front", "[core]") {
    CHECK(to_hex(0) == "0000000000000000");
    CHECK(to_hex(0xABCDEF) == "0000000000abcdef");
    CHECK(to_hex(~std::uint64_t{0}) == "ffffffffffffffff");
}

TEST_CASE("checksum_of_file: that of its bytes, whatever the pieces", "[core]") {
    auto const path =
        std::filesystem::temp_directory_path() / ("maniple-checksum-" + std::to_string(::getpid()));
    std::string text(3'000'000, 'x');
    text.back() = 'y';
    std::ofstream{path} << text;
    CHECK(checksum_of_file(path) == checksum(std::as_bytes(std::span{text})));
    std::filesystem::remove(path);
    CHECK_THROWS_AS(checksum_of_file(path), EnvironmentError);
}

}  // namespace
}  // namespace maniple
