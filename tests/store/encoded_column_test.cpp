#include "maniple/store/encoded_column.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <catch2/catch.hpp>

#include "../../src/store/deflate.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

template <class T>
std::vector<std::byte> encode(std::vector<T> const& values, std::int64_t chunk_rows) {
    std::vector<std::byte> bytes;
    encode_results(std::span<T const>{values}, chunk_rows, bytes);
    return bytes;
}

// Byte b of value i at b * chunk_rows + i, zeros behind: the slow way.
template <class T>
std::vector<std::byte> expected_planes(std::vector<T> values, std::int64_t chunk_rows) {
    auto const rows = static_cast<std::size_t>(chunk_rows);
    std::vector<std::byte> planes(rows * sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] != values[i]) values[i] = std::numeric_limits<T>::quiet_NaN();
        std::array<std::byte, sizeof(T)> bytes;
        std::memcpy(bytes.data(), &values[i], sizeof(T));
        for (std::size_t b = 0; b < sizeof(T); ++b) planes[b * rows + i] = bytes[b];
    }
    return planes;
}

// Inflated by libdeflate, which checks the stream's own checksum; read_with_h5py.py uses zlib.
template <class T>
std::size_t check_round_trip(std::vector<T> const& values, std::int64_t chunk_rows) {
    auto const bytes = encode(values, chunk_rows);
    EncodedColumn const column{bytes};
    std::vector<std::byte> planes(static_cast<std::size_t>(chunk_rows) * sizeof(T));
    INFO(values.size() << " values of " << sizeof(T) << " bytes in " << chunk_rows);
    REQUIRE(inflate(column.stream(), planes));
    REQUIRE(planes == expected_planes(values, chunk_rows));
    REQUIRE(column.bytes().size() == bytes.size());
    REQUIRE(column.rows() == std::ssize(values));
    REQUIRE(column.chunk_rows() == chunk_rows);
    REQUIRE(column.value_bytes() == sizeof(T));
    return column.stream().size();
}

TEST_CASE("encode_results: streams inflate to the planes, whatever the values", "[store]") {
    std::mt19937_64 random{1};
    for (int round = 0; round < 3000; ++round) {
        auto const size = 1 + random() % (round % 20 == 0 ? 5000 : 70);
        auto const chunk_rows =
            static_cast<std::int64_t>(size + (round % 3 > 0 ? 0 : random() % 999));
        auto const alphabet = 1 + random() % (random() % 2 == 0 ? 6 : 256);
        auto const run = 1 + random() % (random() % 2 == 0 ? 1 : 50);
        std::vector<std::uint8_t> small;
        std::vector<std::int32_t> whole;
        std::vector<float> single;
        std::vector<double> full;
        std::uint8_t now = 0;
        for (std::size_t i = 0; i < size; ++i) {
            if (random() % run == 0) now = static_cast<std::uint8_t>(random() % alphabet);
            small.push_back(now);
            whole.push_back(now - 3);
            single.push_back(now == 0 ? -std::nanf("5") : 1 / static_cast<float>(now));
            full.push_back(now == 1 ? std::nan("")
                                    : std::ldexp(static_cast<double>(random()), now));
        }
        check_round_trip(small, chunk_rows);
        check_round_trip(whole, chunk_rows);
        check_round_trip(single, chunk_rows);
        check_round_trip(full, chunk_rows);
    }
}

TEST_CASE("encode_results: long columns, very long codes", "[store]") {
    std::mt19937_64 random{2};
    std::vector<double> noise(70'000);
    for (auto& value : noise) value = std::bit_cast<double>(random() >> 2U);
    CHECK(check_round_trip(noise, 70'000) < 70'000 * 8 + 300);  // two stored blocks a plane
    check_round_trip(noise, 70'001);

    // Counts like Fibonacci's numbers want codes of 21 bits.
    std::vector<std::uint8_t> skewed;
    std::size_t count = 1;
    std::size_t next = 1;
    for (std::uint8_t symbol = 0; symbol < 22; ++symbol) {
        skewed.insert(skewed.end(), count, symbol);
        count = std::exchange(next, count + next);
    }
    std::ranges::shuffle(skewed, random);
    CHECK(check_round_trip(skewed, std::ssize(skewed)) < skewed.size() / 2);
}

TEST_CASE("encode_results: takes the bytes that the values are worth", "[store]") {
    constexpr std::size_t rows = 4096;
    CHECK(check_round_trip(std::vector<double>(rows, std::nan("")), rows) < 300);
    CHECK(check_round_trip(std::vector<std::int32_t>(rows, 20'000), rows) < 150);
    CHECK(check_round_trip(std::vector<std::uint8_t>(rows, 0), rows) < 50);
    CHECK(check_round_trip(std::vector<double>(1, 0.1), rows) < 400);  // padding costs little

    std::mt19937_64 random{3};
    std::normal_distribution<double> normal;
    std::vector<double> beta(rows);
    for (auto& value : beta) value = normal(random);
    CHECK(check_round_trip(beta, rows) < rows * 725 / 100);  // sign and exponent: two bits
    std::vector<std::uint8_t> status(rows);
    for (std::size_t i = 5; i < rows; i += 100) status[i] = 1;
    CHECK(check_round_trip(status, rows) < rows / 16);
}

TEST_CASE("encode_results: equal values have equal bytes and checksums", "[store]") {
    std::vector<double> const one{1, std::nan("1"), -std::nan("2"), 0};
    std::vector<double> const other{1, -std::nan("3"), std::nan(""), 0};
    std::vector<double> const third{1, -std::nan("3"), std::nan(""), -0.0};
    CHECK(encode(one, 8) == encode(other, 8));
    CHECK(EncodedColumn{encode(one, 8)}.checksum() == EncodedColumn{encode(other, 8)}.checksum());
    CHECK(encode(one, 8) != encode(third, 8));
    auto const checksum_of = [](auto const& values, std::int64_t chunk_rows) {
        auto const bytes = encode(values, chunk_rows);
        return EncodedColumn{bytes}.checksum();
    };
    CHECK(checksum_of(one, 8) != checksum_of(third, 8));
    CHECK(checksum_of(one, 8) == checksum_of(one, 4));  // padding does not count
}

TEST_CASE("EncodedColumn: a run of columns is taken apart from its front", "[store]") {
    std::vector<std::byte> bytes;
    encode_results(std::span{std::vector<float>{1, 2, 3}.data(), 3}, 3, bytes);
    encode_results(std::vector<std::uint8_t>{7}, 3, bytes);
    EncodedColumn const first{bytes};
    EncodedColumn const second{std::span<std::byte const>{bytes}.subspan(first.bytes().size())};
    CHECK(first.value_bytes() == 4);
    CHECK(second.value_bytes() == 1);
    CHECK(first.bytes().size() + second.bytes().size() == bytes.size());
}

TEST_CASE("encode_results: contracts", "[store]") {
    CHECK_THROWS_AS(encode(std::vector<double>{}, 5), ContractViolation);
    CHECK_THROWS_AS(encode(std::vector<float>(6), 5), ContractViolation);
    CHECK_THROWS_AS(EncodedColumn{{}}, ContractViolation);
    auto cut = encode(std::vector<double>(3), 5);
    cut.pop_back();
    CHECK_THROWS_AS(EncodedColumn{cut}, ContractViolation);
}

}  // namespace
}  // namespace maniple
