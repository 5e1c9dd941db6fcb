#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/model/logistic_lanes.hpp"
#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

struct Result {
    std::vector<double> residual, weight, log_likelihood;

    std::vector<std::uint64_t> bits() const {
        std::vector<std::uint64_t> all;
        for (auto const* part : {&residual, &weight, &log_likelihood}) {
            for (double value : *part) all.push_back(std::bit_cast<std::uint64_t>(value));
        }
        return all;
    }
};

struct Samples {
    std::vector<double> predictor, sign;
};

Samples all_ranges() {
    Samples samples;
    for (double sign : {1.0, -1.0}) {
        for (double x : {0.0, -0.0, 1e-300, 1e-9, 0.1, 0.34657, 0.34658, 1.0, 5.0, 20.0, 36.0, 37.0,
                         50.0, 300.0, 699.9, 1e5}) {
            for (double side : {1.0, -1.0}) {
                samples.predictor.push_back(side * x);
                samples.sign.push_back(sign);
            }
        }
        for (int i = 0; i < 1000; ++i) {
            samples.predictor.push_back(0.0173 * (i - 500));
            samples.sign.push_back(sign);
        }
    }
    return samples;
}

template <class Evaluate>
Result run(Samples const& samples, Evaluate evaluate) {
    auto const count = samples.predictor.size();
    Result result{std::vector(count, 0.0), std::vector(count, 0.0), std::vector(count, 0.0)};
    evaluate(LogisticTask{.predictor = samples.predictor.data(),
                          .sign = samples.sign.data(),
                          .count = static_cast<std::int64_t>(count),
                          .residual = result.residual.data(),
                          .weight = result.weight.data(),
                          .log_likelihood = result.log_likelihood.data()});
    return result;
}

TEST_CASE("evaluate_logistic: agrees with the mathematical library", "[model]") {
    auto const samples = all_ranges();
    REQUIRE(samples.predictor.size() % logistic_lane_width == 0);
    auto const result = run(samples, evaluate_logistic);
    double worst = 0;
    auto const compare = [&](double own, long double expected) {
        auto const scale = std::max(std::abs(expected), 1e-300L);  // exp(-700) stands for less.
        worst = std::max(worst, static_cast<double>(std::abs(own - expected) / scale));
    };
    for (std::size_t i = 0; i < samples.predictor.size(); ++i) {
        auto const x = std::clamp<long double>(samples.predictor[i], -700, 700);
        auto const z = samples.sign[i] * x;
        compare(result.residual[i], samples.sign[i] / (1 + std::exp(z)));
        compare(result.weight[i], 1 / (1 + std::exp(x)) / (1 + std::exp(-x)));
        auto const far = static_cast<long double>(samples.sign[i] * samples.predictor[i]);
        compare(result.log_likelihood[i], std::min(far, 0.0L) - std::log1p(std::exp(-std::abs(x))));
    }
    CHECK(worst < 2e-15);
}

TEST_CASE("evaluate_logistic: every instruction set gives the same bits", "[model]") {
    auto const samples = all_ranges();
    auto const expected = run(samples, evaluate_logistic_scalar).bits();
    for (auto set : runnable_instruction_sets()) {
        if (set == InstructionSet::avx2) {
            CHECK(run(samples, evaluate_logistic_avx2).bits() == expected);
        }
        if (set == InstructionSet::avx512) {
            CHECK(run(samples, evaluate_logistic_avx512).bits() == expected);
        }
    }
}

}  // namespace
}  // namespace maniple
