#include "maniple/stats/inflation_counter.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/genomic_inflation.hpp"
#include "maniple/stats/normal.hpp"

namespace maniple {
namespace {

using Values = std::vector<float>;
constexpr float missing = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

InflationCounter counter_of(std::span<float const> values) {
    InflationCounter counter;
    counter.add(values);
    return counter;
}

// Statistics z^2 times `inflation`, z standard normal.
Values random_statistics(std::int64_t count, double inflation, unsigned seed) {
    std::mt19937_64 random{seed};
    std::normal_distribution<double> normal;
    Values values;
    for (std::int64_t i = 0; i < count; ++i) {
        double const z = normal(random) * std::sqrt(inflation);
        values.push_back(static_cast<float>(neg_log10_p_normal(z)));
    }
    return values;
}

Values even_statistics(std::int64_t count, double inflation) {
    Values values;
    for (std::int64_t i = 0; i < count; ++i) {
        double const p = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
        double const z = normal_quantile(p / 2) * std::sqrt(inflation);
        values.push_back(static_cast<float>(neg_log10_p_normal(z)));
    }
    return values;
}

// Relative to lambda or to 1.
double error_of(Values const& values) {
    double const exact = genomic_inflation(values);
    double const found = counter_of(values).value();
    if (found == exact) return 0;
    return std::abs(found - exact) / std::max(1.0, exact);
}

TEST_CASE("InflationCounter: the exact lambda while there are few values", "[inflation_counter]") {
    for (std::int64_t const count : {1, 2, 3, 100, 255, 256, 257, 5000, 8191, 8192}) {
        for (double const inflation : {0.01, 1.0, 30.0}) {
            CAPTURE(count, inflation);
            auto const values = random_statistics(count, inflation, 1);
            auto const counter = counter_of(values);
            CHECK(counter.value() == genomic_inflation(values));
            CHECK(counter.count() == count);
            CHECK(counter.byte_size() <= 32 + 4 * count);
        }
    }
}

TEST_CASE("InflationCounter: the exact lambda while the median is near that of the null",
          "[inflation_counter]") {
    for (double const inflation : {0.9, 0.95, 1.0, 1.05, 1.1}) {
        CAPTURE(inflation);
        CHECK(error_of(random_statistics(50'000, inflation, 2)) == 0);
    }
    for (double const inflation : {0.996, 1.0, 1.004}) {
        CAPTURE(inflation);
        CHECK(error_of(even_statistics(1'000'000, inflation)) == 0);
    }
}

TEST_CASE("InflationCounter: close to the exact lambda of smooth values", "[inflation_counter]") {
    for (double const inflation : {0.5, 0.6, 0.7, 1.5, 1.7, 2.0, 2.4, 3.0}) {
        CAPTURE(inflation);
        CHECK(error_of(even_statistics(50'000, inflation)) < 6e-5);  // half of a step to the next
        CHECK(error_of(even_statistics(500'001, inflation)) < 1e-5);
        CHECK(error_of(random_statistics(50'000, inflation, 3)) < 5e-4);
        CHECK(error_of(random_statistics(500'001, inflation, 4)) < 2e-4);
    }
}

TEST_CASE("InflationCounter: never more than about a thousandth off", "[inflation_counter]") {
    std::mt19937_64 random{6};
    std::uniform_real_distribution<double> exponent{-4, 1.2};
    std::uniform_int_distribution<std::size_t> size{8193, 30'000};
    for (int round = 0; round < 300; ++round) {
        // two values alone, or spread between two values, with the median anywhere among them
        double const low = std::pow(10, exponent(random));
        double const high = low * (1 + std::pow(10, -exponent(random) - 3));
        std::uniform_real_distribution<double> between{low, std::min(high, 16.0)};
        Values values(size(random));
        bool const ties = round % 2 == 0;
        for (float& value : values) {
            value = static_cast<float>(ties ? (random() % 3 == 0 ? high : low) : between(random));
        }
        CAPTURE(round, low, high);
        CHECK(error_of(values) < 1.1e-3);
    }
}

TEST_CASE("InflationCounter: one value many times", "[inflation_counter]") {
    for (float const value :
         {0.0F, -0.0F, 1e-30F, 0.003F, 0.30103F, 0.301F, 0.30105F, 0.3011F, 0.6F, 2.0F, 15.9F}) {
        CAPTURE(value);
        CHECK(error_of(Values(20'000, value)) < 1.1e-3);
    }
    CHECK(counter_of(Values(20'000, infinity)).value() == infinity);
    CHECK(error_of(Values(20'000, 5000.0F)) < 0.1);
    CHECK(error_of(Values(20'000, std::numeric_limits<float>::max())) < 0.1);
}

TEST_CASE("InflationCounter: order, pieces and merging change no bit", "[inflation_counter]") {
    for (double const inflation : {0.3, 1.0, 1.1, 2.5}) {
        for (std::int64_t const count : {3000, 8193, 20'000, 60'000}) {
            CAPTURE(inflation, count);
            auto values = random_statistics(count, inflation, 8);
            for (std::size_t i = 0; i < values.size(); i += 97) values[i] = missing;
            double const expected = counter_of(values).value();

            // sorted either way: the window fills up at once, or at the end
            std::vector<Values> orders(3, values);
            std::ranges::sort(orders[0], [](float a, float b) { return a < b; });
            std::ranges::reverse(orders[1]);
            std::shuffle(orders[2].begin(), orders[2].end(), std::mt19937{3});
            for (auto const& order : orders) {
                std::mt19937_64 random{12};
                std::vector<InflationCounter> parts(5);
                for (std::size_t start = 0; start < order.size();) {
                    auto const size = std::min<std::size_t>(random() % 700, order.size() - start);
                    parts[random() % 3 == 0 ? 0 : random() % 5].add(
                        std::span{order}.subspan(start, size));
                    start += size;
                }
                InflationCounter forward;
                for (auto const& part : parts) {
                    forward.merge(InflationCounter::from_bytes(part.to_bytes()));
                }
                for (std::size_t i = 4; i-- > 0;) parts[i].merge(parts[i + 1]);
                CHECK(forward.value() == expected);
                CHECK(parts[0].value() == expected);
                CHECK(forward.count() ==
                      std::ranges::count_if(values, [](float value) { return value >= 0; }));
                CHECK(forward.byte_size() <= InflationCounter::most_bytes());
                forward.add(order);  // and goes on
                CHECK(forward.value() == [&] {
                    auto twice = counter_of(values);
                    twice.add(values);
                    return twice.value();
                }());
            }
        }
    }
}

TEST_CASE("InflationCounter: survives as bytes", "[inflation_counter]") {
    for (std::int64_t const count : {0, 1, 8192, 8193, 100'000}) {
        auto const counter = counter_of(random_statistics(count, 1.05, 21));
        auto const bytes = counter.to_bytes();
        CHECK(std::ssize(bytes) == counter.byte_size());
        CHECK(counter.byte_size() <= InflationCounter::most_bytes());
        auto const copy = InflationCounter::from_bytes(bytes);
        CHECK(copy.to_bytes() == bytes);
        CHECK(copy.count() == count);
        CHECK((count == 0 ? std::isnan(copy.value()) : copy.value() == counter.value()));
    }
    CHECK(InflationCounter::most_bytes() < 72 * 1024);
}

TEST_CASE("InflationCounter: missing values do not count", "[inflation_counter]") {
    InflationCounter counter;
    CHECK(std::isnan(counter.value()));
    counter.add({});
    counter.add(Values(9000, missing));
    CHECK(counter.count() == 0);
    CHECK(std::isnan(counter.value()));
    counter.add(std::vector{missing, 0.49851555F, missing});
    CHECK(counter.value() == Approx(1 / 0.4549364231).epsilon(1e-6));
    auto values = random_statistics(20'000, 1, 5);
    double const expected = counter_of(values).value();
    values.insert(values.begin() + 10'000, 3000, missing);
    CHECK(counter_of(values).value() == expected);
}

TEST_CASE("InflationCounter: refuses negative values and bytes of something else",
          "[inflation_counter]") {
    CHECK_THROWS_AS(counter_of(std::vector{1.0F, -1.0F}), ContractViolation);
    CHECK_THROWS_AS(counter_of(std::vector{-infinity}), ContractViolation);
    auto bytes = counter_of(random_statistics(9000, 1, 5)).to_bytes();
    bytes.pop_back();
    CHECK_THROWS_AS(InflationCounter::from_bytes(bytes), ContractViolation);
    bytes.resize(5);
    CHECK_THROWS_AS(InflationCounter::from_bytes(bytes), ContractViolation);
    bytes.assign(32, std::byte{0xff});
    CHECK_THROWS_AS(InflationCounter::from_bytes(bytes), ContractViolation);
}

}  // namespace
}  // namespace maniple
