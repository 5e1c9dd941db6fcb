#include "maniple/model/haseman_elston.hpp"

#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/linalg/orthonormal_basis.hpp"

namespace maniple {
namespace {

constexpr std::size_t samples = 300;
constexpr std::size_t variants = 150;

// A = P K P / variants, P taking away the mean.
struct Relationship {
    std::vector<std::vector<double>> x;  // variants x samples, standardised

    explicit Relationship(std::uint64_t seed) {
        std::mt19937_64 random{seed};
        std::normal_distribution<double> normal;
        std::vector<double> family(samples / 3);
        for (std::size_t v = 0; v < variants; ++v) {
            for (double& value : family) value = normal(random);
            auto& row = x.emplace_back(samples);
            for (std::size_t s = 0; s < samples; ++s) row[s] = normal(random) + family[s / 3];
            center(row);
            auto const length = std::sqrt(dot(row, row) / samples);
            for (double& value : row) value /= length;
        }
    }

    static void center(std::vector<double>& values) {
        double mean = 0;
        for (double value : values) mean += value / static_cast<double>(values.size());
        for (double& value : values) value -= mean;
    }

    std::vector<double> apply(std::vector<double> const& values) const {
        std::vector<double> product(samples);
        for (auto const& row : x) {
            auto const sum = dot(row, values) / variants;
            for (std::size_t s = 0; s < samples; ++s) product[s] += sum * row[s];
        }
        return product;
    }

    std::vector<SignProducts> signs(std::int64_t count) const {
        std::vector<SignProducts> made;
        for (std::int64_t k = 0; k < count; ++k) {
            SignProducts probe{.signs = random_signs(7, k, samples), .once = {}, .twice = {}};
            center(probe.signs);
            probe.once = apply(probe.signs);
            probe.twice = apply(probe.once);
            made.push_back(std::move(probe));
        }
        return made;
    }
};

TEST_CASE("random_signs: one and minus one, others for other vectors and seeds",
          "[haseman_elston]") {
    auto const signs = random_signs(1, 0, 1000);
    double sum = 0;
    for (double sign : signs) {
        CHECK(std::abs(sign) == 1);
        sum += sign;
    }
    CHECK(std::abs(sum) < 150);
    auto const same = [&](std::vector<double> const& other) {
        return std::abs(dot(signs, other)) > 150;
    };
    CHECK(same(random_signs(1, 0, 1000)));
    CHECK_FALSE(same(random_signs(1, 1, 1000)));
    CHECK_FALSE(same(random_signs(2, 0, 1000)));
    auto const fewer = random_signs(1, 0, 70);
    CHECK(std::equal(fewer.begin(), fewer.end(), signs.begin()));
}

TEST_CASE("estimate_heritability: with exact traces it solves the moment equations",
          "[haseman_elston]") {
    // Unit vectors times the root of their number have exact mean traces.
    Relationship const relationship{3};
    std::vector<SignProducts> exact;
    double trace = 0;
    double square_trace = 0;
    for (std::size_t s = 0; s < samples; ++s) {
        std::vector<double> unit(samples);
        unit[s] = std::sqrt(static_cast<double>(samples));
        Relationship::center(unit);
        SignProducts probe{.signs = unit, .once = relationship.apply(unit), .twice = {}};
        probe.twice = relationship.apply(probe.once);
        trace += dot(probe.signs, probe.once) / samples;
        square_trace += dot(probe.once, probe.once) / samples;
        exact.push_back(std::move(probe));
    }
    std::vector<double> trait;
    std::mt19937_64 random{4};
    std::normal_distribution<double> normal;
    for (std::size_t s = 0; s < samples; ++s) trait.push_back(2 * normal(random));
    Relationship::center(trait);
    auto const product = relationship.apply(trait);
    auto const degrees = static_cast<double>(samples - 1);
    auto const determinant = square_trace * degrees - trace * trace;
    auto const genetic = (dot(trait, product) * degrees - trace * dot(trait, trait)) / determinant;
    auto const noise =
        (square_trace * dot(trait, trait) - trace * dot(trait, product)) / determinant;
    auto const found = estimate_heritability(trait, product, exact, samples - 1);
    CHECK(found.value == Approx(genetic / (genetic + noise)).margin(1e-10));
}

TEST_CASE("estimate_heritability: unbiased, and as uncertain as it says", "[haseman_elston]") {
    Relationship const relationship{5};
    auto const signs = relationship.signs(40);
    auto const truth = GENERATE(0.0, 0.3, 0.7);
    std::mt19937_64 random{11};
    std::normal_distribution<double> normal;
    constexpr int times = 400;
    double mean = 0;
    double squares = 0;
    double stated = 0;
    for (int k = 0; k < times; ++k) {
        std::vector<double> trait(samples);
        for (double& value : trait) value = std::sqrt(1 - truth) * normal(random);
        for (auto const& row : relationship.x) {
            auto const effect = std::sqrt(truth / variants) * normal(random);
            for (std::size_t s = 0; s < samples; ++s) trait[s] += effect * row[s];
        }
        Relationship::center(trait);
        auto const found =
            estimate_heritability(trait, relationship.apply(trait), signs, samples - 1);
        mean += found.value / times;
        squares += found.value * found.value / times;
        stated += found.standard_error / times;
    }
    auto const deviation = std::sqrt(squares - mean * mean);
    CAPTURE(mean, deviation, stated);
    // Random signs are the same for all traits: their share of the error is in the mean.
    CHECK(std::abs(mean - truth) < 4 * stated / std::sqrt(times) + 0.25 * stated + 0.01);
    CHECK(stated / deviation > 0.85);
    CHECK(stated / deviation < 1.2);
}

TEST_CASE("estimate_heritability: contracts", "[haseman_elston]") {
    std::vector<double> const trait(3, 1.0);
    std::vector<SignProducts> const none;
    std::vector<SignProducts> const short_ones{{{1.0}, {1.0}, {1.0}}};
    CHECK_THROWS_AS(estimate_heritability(trait, std::vector<double>(2), short_ones, 2),
                    ContractViolation);
    CHECK_THROWS_AS(estimate_heritability(trait, trait, none, 2), ContractViolation);
    CHECK_THROWS_AS(estimate_heritability(trait, trait, short_ones, 0), ContractViolation);
    CHECK_THROWS_AS(estimate_heritability(trait, trait, short_ones, 2), ContractViolation);
}

}  // namespace
}  // namespace maniple
