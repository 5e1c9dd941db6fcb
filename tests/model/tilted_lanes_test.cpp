#include "../src/model/tilted_lanes.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/model/firth_lanes.hpp"
#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

struct Samples {
    std::vector<double> genotypes, risks;
    std::vector<float> basis;  // three columns

    explicit Samples(std::int64_t count) {
        std::mt19937_64 random{5};
        std::normal_distribution<double> normal;
        std::uniform_real_distribution<double> uniform{0, 1};
        for (std::int64_t i = 0; i < count; ++i) {
            genotypes.push_back(normal(random));
            risks.push_back(i % 5 == 0    ? 0
                            : i % 7 == 0  ? 1e-9
                            : i % 11 == 0 ? 1 - 1e-9
                                          : uniform(random));
        }
        for (std::int64_t i = 0; i < 3 * count; ++i) {
            basis.push_back(static_cast<float>(normal(random)));
        }
    }
    TiltedTask task(double tilt) const {
        return {.genotypes = genotypes.data(),
                .risks = risks.data(),
                .count = std::ssize(genotypes),
                .tilt = tilt};
    }
};

std::array<std::uint64_t, 5> bits_of(TiltedSums const& sums) {
    return std::bit_cast<std::array<std::uint64_t, 5>>(sums);
}

TiltedSums naive(Samples const& samples, long double tilt) {
    std::array<long double, 5> sums{};
    for (std::size_t i = 0; i < samples.risks.size(); ++i) {
        long double const g = samples.genotypes[i];
        long double const m = samples.risks[i];
        long double const e = std::exp(tilt * g);
        long double const d = 1 - m + m * e;
        long double const p = m * e / d;
        long double const w = p * (1 - m) / d;
        sums[0] += std::log(d);
        sums[1] += g * (p - m);
        sums[2] += g * g * w;
        sums[3] += g * g * g * w * ((1 - m) / d - p);
        sums[4] += g * g * g * g * w * (1 - 6 * w);
    }
    return {static_cast<double>(sums[0]), static_cast<double>(sums[1]),
            static_cast<double>(sums[2]), static_cast<double>(sums[3]),
            static_cast<double>(sums[4])};
}

}  // namespace

TEST_CASE("tilted sums: those of long double, on every instruction set with the same bits") {
    for (std::int64_t count : {32, 64, 1024, 20000}) {
        Samples const samples{pad_samples(count)};
        for (double tilt : {0.0, 1e-12, -0.3, 2.0, -11.0}) {
            auto const expected = naive(samples, tilt);
            auto const scalar = tilted_forms(InstructionSet::scalar).tilted(samples.task(tilt));
            CAPTURE(count, tilt);
            double const size = 1e-12 * static_cast<double>(count);
            CHECK(scalar.log_mean == Approx(expected.log_mean).epsilon(1e-12).margin(size));
            CHECK(scalar.first == Approx(expected.first).epsilon(1e-11).margin(size));
            CHECK(scalar.second == Approx(expected.second).epsilon(1e-11).margin(size));
            CHECK(scalar.third == Approx(expected.third).epsilon(1e-11).margin(size));
            CHECK(scalar.fourth == Approx(expected.fourth).epsilon(1e-11).margin(size));
            for (auto set : runnable_instruction_sets()) {
                CHECK(bits_of(tilted_forms(set).tilted(samples.task(tilt))) == bits_of(scalar));
            }
        }
        auto const tilted = tilted_forms(InstructionSet::scalar).tilted(samples.task(0));
        for (auto set : runnable_instruction_sets()) {
            auto const plain = tilted_forms(set).untilted(samples.task(0));
            auto const scalar = tilted_forms(InstructionSet::scalar).untilted(samples.task(0));
            CHECK(std::bit_cast<std::array<std::uint64_t, 5>>(plain) ==
                  std::bit_cast<std::array<std::uint64_t, 5>>(scalar));
            CHECK(plain.second == Approx(tilted.second));
            CHECK(plain.third == Approx(tilted.third));
            CHECK(plain.fourth == Approx(tilted.fourth));
        }
    }
}

namespace {

TiltedSums naive_poisson(Samples const& samples, long double tilt) {
    std::array<long double, 5> sums{};
    for (std::size_t i = 0; i < samples.risks.size(); ++i) {
        long double const g = samples.genotypes[i];
        long double const m = samples.risks[i];
        long double const p = m * std::exp(tilt * g);
        sums[0] += m * std::expm1(tilt * g);
        sums[1] += g * m * std::expm1(tilt * g);
        sums[2] += g * g * p;
        sums[3] += g * g * g * p;
        sums[4] += g * g * g * g * p;
    }
    return {static_cast<double>(sums[0]), static_cast<double>(sums[1]),
            static_cast<double>(sums[2]), static_cast<double>(sums[3]),
            static_cast<double>(sums[4])};
}

}  // namespace

TEST_CASE("tilted sums: Poisson's are those of long double too, with the same bits") {
    for (std::int64_t count : {32, 96, 20000}) {
        Samples const samples{pad_samples(count)};
        for (double tilt : {0.0, 1e-12, -0.3, 2.0, -11.0}) {
            auto const expected = naive_poisson(samples, tilt);
            auto const& forms = tilted_forms(InstructionSet::scalar);
            auto const scalar = forms.tilted_poisson(samples.task(tilt));
            CAPTURE(count, tilt);
            double const size = 1e-12 * static_cast<double>(count);
            CHECK(scalar.log_mean == Approx(expected.log_mean).epsilon(1e-12).margin(size));
            CHECK(scalar.first == Approx(expected.first).epsilon(1e-11).margin(size));
            CHECK(scalar.second == Approx(expected.second).epsilon(1e-11).margin(size));
            CHECK(scalar.third == Approx(expected.third).epsilon(1e-11).margin(size));
            CHECK(scalar.fourth == Approx(expected.fourth).epsilon(1e-11).margin(size));
            std::vector<double> weighed(samples.risks.size());
            auto const weigh = [&](InstructionSet set) {
                tilted_forms(set).weigh({.genotypes = samples.genotypes.data(),
                                         .weights = samples.risks.data(),
                                         .count = std::ssize(samples.risks),
                                         .tilt = tilt,
                                         .out = weighed.data()});
                return weighed;
            };
            auto const one_by_one = weigh(InstructionSet::scalar);
            for (std::size_t i = 0; i < weighed.size(); ++i) {
                REQUIRE(one_by_one[i] ==
                        Approx(samples.risks[i] * std::exp(tilt * samples.genotypes[i])));
            }
            for (auto set : runnable_instruction_sets()) {
                CHECK(bits_of(tilted_forms(set).tilted_poisson(samples.task(tilt))) ==
                      bits_of(scalar));
                CHECK(weigh(set) == one_by_one);
            }
        }
        auto const tilted = tilted_forms(InstructionSet::scalar).tilted_poisson(samples.task(0));
        auto const scalar = tilted_forms(InstructionSet::scalar).untilted_poisson(samples.task(0));
        CHECK(scalar.second == Approx(tilted.second));
        CHECK(scalar.third == Approx(tilted.third));
        CHECK(scalar.fourth == Approx(tilted.fourth));
        double mean = 0;
        double reach = 0;
        for (std::size_t i = 0; i < samples.risks.size(); ++i) {
            mean += samples.risks[i] * samples.genotypes[i];
            if (samples.risks[i] > 0) reach = std::fmax(reach, std::abs(samples.genotypes[i]));
        }
        CHECK(scalar.mean == Approx(mean).margin(1e-12));
        CHECK(scalar.reach == reach);
        for (auto set : runnable_instruction_sets()) {
            CHECK(std::bit_cast<std::array<std::uint64_t, 5>>(tilted_forms(set).untilted_poisson(
                      samples.task(0))) == std::bit_cast<std::array<std::uint64_t, 5>>(scalar));
        }
    }
}

TEST_CASE("tilted sums: genotypes less what covariates explain, whatever shares the pass") {
    constexpr std::int64_t count = 96;
    Samples const samples{count};
    std::vector<double> const coefficients{0.5, -1, 2, 0, 0, 0, 1, 1, 1, -0.1, 0.2, 0.3};
    std::vector<double> start;
    for (int v = 0; v < 4; ++v) {
        for (double g : samples.genotypes) start.push_back(g * (v + 1));
    }
    for (std::int64_t variants = 1; variants <= adjust_together; ++variants) {
        for (auto set : runnable_instruction_sets()) {
            auto rest = start;
            tilted_forms(set).adjust({.basis = samples.basis.data(),
                                      .stride = count,
                                      .rank = 3,
                                      .count = count,
                                      .coefficients = coefficients.data(),
                                      .variants = variants,
                                      .genotypes = rest.data(),
                                      .genotype_stride = count});
            for (std::size_t k = 0; k < rest.size(); ++k) {
                auto const v = k / count;
                double expected = start[k];
                for (std::size_t r = 0; r < 3 && static_cast<std::int64_t>(v) < variants; ++r) {
                    expected -= coefficients[3 * v + r] *
                                static_cast<double>(samples.basis[r * count + k % count]);
                }
                REQUIRE(rest[k] == expected);
            }
        }
    }
}

TEST_CASE("Firth's sums: the same bits on every instruction set") {
    constexpr std::int64_t count = 96;
    Samples const samples{count};
    std::vector<double> weights;
    for (double m : samples.risks) weights.push_back(m * (1 - m));
    std::vector<double> const factor{3, 1, 2, 0.5, 0.25, 4, 1, 1, 1, 5};
    std::vector<double> const step{0.1, 0.2, -0.3, 0.4};
    for (bool has_last : {true, false}) {
        FirthColumns const x{.covariates = samples.basis.data(),
                             .stride = count,
                             .rank = 3,
                             .last = has_last ? samples.genotypes.data() : nullptr,
                             .count = count};
        auto const columns = static_cast<std::size_t>(x.columns());
        auto const value = [&](std::size_t c, std::size_t i) {
            return c == 3 ? samples.genotypes[i]
                          : static_cast<double>(samples.basis[c * count + i]);
        };
        std::vector<std::vector<double>> results;
        for (auto set : runnable_instruction_sets()) {
            std::vector<double> room(8 * 18);
            std::vector<double> result(10 + 4 + count);
            auto const& forms = firth_forms(set);
            forms.gram(x, weights.data(), room.data(), result.data());
            forms.multiply(x, samples.risks.data(), room.data(), result.data() + 10);
            forms.leverage(x, factor.data(), room.data(), result.data() + 14);
            auto predictor = samples.risks;
            forms.advance(x, step.data(), predictor.data());
            result.insert(result.end(), predictor.begin(), predictor.end());
            results.push_back(result);
        }
        auto const& found = results.front();
        for (auto const& result : results) CHECK(result == found);
        for (std::size_t r = 0; r < columns; ++r) {
            double product = 0;
            for (std::size_t i = 0; i < count; ++i) product += samples.risks[i] * value(r, i);
            CHECK(found[10 + r] == Approx(product));
            for (std::size_t c = 0; c <= r; ++c) {
                double pair = 0;
                for (std::size_t i = 0; i < count; ++i) {
                    pair += weights[i] * value(r, i) * value(c, i);
                }
                CHECK(found[r * (r + 1) / 2 + c] == Approx(pair).margin(1e-12));
            }
        }
        for (std::size_t i = 0; i < count; ++i) {
            std::vector<double> solved;
            double leverage = 0;
            double moved = samples.risks[i];
            for (std::size_t r = 0; r < columns; ++r) {
                double left = value(r, i);
                moved += step[r] * left;
                for (std::size_t k = 0; k < r; ++k) left -= factor[r * (r + 1) / 2 + k] * solved[k];
                solved.push_back(left / factor[r * (r + 3) / 2]);
                leverage += solved.back() * solved.back();
            }
            REQUIRE(found[14 + i] == Approx(leverage));
            REQUIRE(found[14 + count + i] == Approx(moved));
        }
    }
}

}  // namespace maniple
