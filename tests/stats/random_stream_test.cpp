#include "maniple/stats/random_stream.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

constexpr int draws = 200'000;

struct Moments {
    double mean = 0;
    double variance = 0;
    double skewness = 0;
};

Moments measure(std::function<double()> const& draw) {
    std::vector<double> values(draws);
    Moments result;
    for (auto& value : values) result.mean += (value = draw()) / draws;
    for (double value : values) result.variance += std::pow(value - result.mean, 2) / draws;
    for (double value : values) result.skewness += std::pow(value - result.mean, 3) / draws;
    result.skewness /= std::pow(result.variance, 1.5);
    return result;
}

// Philox4x64-10 as the paper writes it, independent of the library: the oracle.
std::array<std::uint64_t, 4> philox(std::array<std::uint64_t, 4> c,
                                    std::array<std::uint64_t, 2> k) {
    __extension__ using Wide = unsigned __int128;
    for (int round = 0; round < 10; ++round) {
        auto const a = static_cast<Wide>(c[0]) * 0xD2E7470EE14C6C93U;
        auto const b = static_cast<Wide>(c[2]) * 0xCA5A826395121157U;
        c = {static_cast<std::uint64_t>(b >> 64) ^ c[1] ^ k[0], static_cast<std::uint64_t>(b),
             static_cast<std::uint64_t>(a >> 64) ^ c[3] ^ k[1], static_cast<std::uint64_t>(a)};
        k[0] += 0x9E3779B97F4A7C15U;
        k[1] += 0xBB67AE8584CAA73BU;
    }
    return c;
}

TEST_CASE("RandomStream: known answers of Philox4x64-10", "[stats]") {
    // From the known-answer file of Random123: all zero, and the digits of pi.
    CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
          std::array<std::uint64_t, 4>{0x16554d9eca36314cU, 0xdb20fe9d672d0fdcU,
                                       0xd7e772cee186176bU, 0x7e68b68aec7ba23bU});
    CHECK(
        philox({0x243f6a8885a308d3U, 0x13198a2e03707344U, 0xa4093822299f31d0U, 0x082efa98ec4e6c89U},
               {0x452821e638d01377U, 0xbe5466cf34e90c6cU}) ==
        std::array<std::uint64_t, 4>{0xa528f45403e61d95U, 0x38c72dbd566e9788U, 0xa5a1610e72fd18b5U,
                                     0x57bd43b5e52b7fe6U});

    RandomStream zero{0, Purpose::testing, 0};
    CHECK(zero.next() == 0x16554d9eca36314cU);
    CHECK(zero.next() == 0xdb20fe9d672d0fdcU);

    RandomStream stream{0x452821e638d01377U, Purpose::meiosis, 12345, 678};
    for (std::uint64_t draw = 0; draw < 3; ++draw) {
        for (auto word : philox({draw, 12345, 678, 0}, {0x452821e638d01377U, 7})) {
            CHECK(stream.next() == word);
        }
    }
}

TEST_CASE("RandomStream: uniform stays inside (0, 1) with the moments of a uniform", "[stats]") {
    RandomStream stream{1, Purpose::testing, 0};
    double smallest = 1, largest = 0;
    auto const m = measure([&] {
        double const u = stream.uniform();
        smallest = std::min(smallest, u);
        largest = std::max(largest, u);
        return u;
    });
    CHECK(smallest > 0);
    CHECK(largest < 1);
    CHECK(m.mean == Approx(0.5).margin(0.004));
    CHECK(m.variance == Approx(1.0 / 12).margin(0.001));
}

TEST_CASE("RandomStream: normal and exponential have their moments", "[stats]") {
    RandomStream stream{2, Purpose::testing, 0};
    auto const normal = measure([&] { return stream.normal(); });
    CHECK(normal.mean == Approx(0).margin(0.012));
    CHECK(normal.variance == Approx(1).margin(0.02));
    CHECK(normal.skewness == Approx(0).margin(0.03));

    auto const exponential = measure([&] { return stream.exponential(); });
    CHECK(exponential.mean == Approx(1).margin(0.012));
    CHECK(exponential.variance == Approx(1).margin(0.04));
    CHECK(exponential.skewness == Approx(2).margin(0.2));
}

TEST_CASE("RandomStream: geometric counts failures", "[stats]") {
    double const p = GENERATE(0.01, 0.3, 0.9);
    RandomStream stream{3, Purpose::testing, 0};
    auto const m = measure([&] { return static_cast<double>(stream.geometric(p)); });
    CHECK(m.mean == Approx((1 - p) / p).epsilon(0.03));
    CHECK(m.variance == Approx((1 - p) / (p * p)).epsilon(0.05));
    CHECK(RandomStream{3, Purpose::testing, 0}.geometric(1) == 0);
    CHECK(RandomStream{3, Purpose::testing, 0}.geometric(1e-300) > 0);
}

TEST_CASE("RandomStream: below is uniform for bounds that are no powers of two", "[stats]") {
    auto const bound = GENERATE(std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{100});
    RandomStream stream{4, Purpose::testing, bound};
    std::vector<double> counts(bound);
    for (int i = 0; i < draws; ++i) ++counts.at(stream.below(bound));
    double const expected = static_cast<double>(draws) / static_cast<double>(bound);
    double chi_squared = 0;
    for (double count : counts) chi_squared += std::pow(count - expected, 2) / expected;
    double const degrees = static_cast<double>(bound) - 1;
    CHECK(chi_squared <= degrees + 5 * std::sqrt(2 * degrees));

    // A bound of 3 * 2^62 rejects a quarter of all draws: the lower third must not be favoured.
    constexpr auto huge = std::uint64_t{3} << 62;
    int low = 0;
    for (int i = 0; i < draws; ++i) low += stream.below(huge) < (std::uint64_t{1} << 62) ? 1 : 0;
    CHECK(low == Approx(draws / 3.0).epsilon(0.02));
}

TEST_CASE("RandomStream: neighbours in seed, purpose, item and part share nothing", "[stats]") {
    auto const make = [](int which) {
        switch (which) {
            case 0:
                return RandomStream{1, Purpose::testing, 0, 0};
            case 1:
                return RandomStream{2, Purpose::testing, 0, 0};
            case 2:
                return RandomStream{1, Purpose::genealogy, 0, 0};
            case 3:
                return RandomStream{1, Purpose::testing, 1, 0};
            default:
                return RandomStream{1, Purpose::testing, 0, 1};
        }
    };
    std::set<std::uint64_t> words;
    for (int which = 0; which < 5; ++which) {
        auto stream = make(which);
        for (int i = 0; i < 1000; ++i) words.insert(stream.next());
    }
    CHECK(words.size() == 5000);
    for (int which = 1; which < 5; ++which) {
        auto first = make(0), second = make(which);
        double product = 0;
        for (int i = 0; i < draws; ++i)
            product += (first.uniform() - 0.5) * (second.uniform() - 0.5);
        CHECK(12 * product / draws == Approx(0).margin(5 / std::sqrt(draws)));
    }
}

TEST_CASE("RandomStream: refuses what has no distribution", "[stats]") {
    RandomStream stream{1, Purpose::testing, 0};
    CHECK_THROWS_AS(stream.below(0), ContractViolation);
    CHECK_THROWS_AS(stream.geometric(0), ContractViolation);
    CHECK_THROWS_AS(stream.geometric(1.5), ContractViolation);
}

}  // namespace
}  // namespace maniple
