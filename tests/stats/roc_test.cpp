#include "maniple/stats/roc.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/bootstrap.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

struct Sample {
    std::vector<double> predictor;
    std::vector<std::uint8_t> is_case;
};

// Few distinct values: ties within and between the classes.
Sample make_sample(std::uint64_t item, std::size_t size, std::uint64_t values) {
    RandomStream random{17, Purpose::testing, item};
    Sample sample;
    for (std::size_t i = 0; i < size; ++i) {
        sample.is_case.push_back(random.uniform() < 0.3 ? 1 : 0);
        sample.predictor.push_back(static_cast<double>(random.below(values)) * 0.25 - 3 +
                                   0.5 * sample.is_case.back());
    }
    return sample;
}

// DeLong 1988 by its definition: all pairs.
RocArea naive_delong(Sample const& sample) {
    std::vector<double> cases;
    std::vector<double> controls;
    for (std::size_t i = 0; i < sample.predictor.size(); ++i) {
        (sample.is_case[i] != 0 ? cases : controls).push_back(sample.predictor[i]);
    }
    auto const psi = [](double x, double y) { return y < x ? 1.0 : y == x ? 0.5 : 0.0; };
    auto const variance = [](std::vector<double> const& v) {
        double mean = 0;
        for (auto x : v) mean += x / static_cast<double>(v.size());
        double sum = 0;
        for (auto x : v) sum += (x - mean) * (x - mean);
        return sum / static_cast<double>(v.size() - 1) / static_cast<double>(v.size());
    };
    std::vector<double> of_cases(cases.size());
    std::vector<double> of_controls(controls.size());
    double area = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        for (std::size_t j = 0; j < controls.size(); ++j) {
            auto const p = psi(cases[i], controls[j]);
            of_cases[i] += p / static_cast<double>(controls.size());
            of_controls[j] += p / static_cast<double>(cases.size());
            area += p;
        }
    }
    return {area / static_cast<double>(cases.size()) / static_cast<double>(controls.size()),
            std::sqrt(variance(of_cases) + variance(of_controls))};
}

TEST_CASE("roc_area_delong: area and standard error are those of all pairs", "[stats]") {
    std::uint64_t item = 0;
    for (std::size_t size : {8U, 9U, 31U, 200U, 401U}) {
        for (std::uint64_t values : {1U, 2U, 7U, 1'000'000U}) {
            auto const sample = make_sample(++item, size, values);
            auto const right = naive_delong(sample);
            PredictorOrder const order{sample.predictor};
            auto const found = roc_area_delong(order, sample.is_case);
            if (std::isnan(right.area)) {
                CHECK(std::isnan(found.area));
                continue;
            }
            CHECK(found.area == Approx(right.area).epsilon(1e-13));
            CHECK(roc_area(order, sample.is_case) == found.area);
            if (std::isfinite(right.standard_error)) {
                CHECK(found.standard_error == Approx(right.standard_error).margin(1e-14));
            }
        }
    }
}

TEST_CASE("roc_area: a resample counts as the samples it is made of", "[stats]") {
    auto const sample = make_sample(99, 150, 12);
    PredictorOrder const order{sample.predictor};
    for (std::uint64_t replicate = 0; replicate < 20; ++replicate) {
        std::vector<std::uint32_t> times(150);
        draw_resample(5, replicate, 0, times);
        Sample expanded;
        for (std::size_t i = 0; i < times.size(); ++i) {
            for (std::uint32_t t = 0; t < times[i]; ++t) {
                expanded.predictor.push_back(sample.predictor[i]);
                expanded.is_case.push_back(sample.is_case[i]);
            }
        }
        CHECK(roc_area(order, sample.is_case, times) ==
              Approx(naive_delong(expanded).area).epsilon(1e-13));
    }
}

TEST_CASE("roc_area: perfect, reversed, useless and undefined predictors", "[stats]") {
    std::vector<std::uint8_t> const is_case{0, 0, 1, 1};
    auto const area = [&](std::vector<double> const& x) {
        return roc_area(PredictorOrder{x}, is_case);
    };
    auto const infinity = std::numeric_limits<double>::infinity();
    CHECK(area({1, 2, 3, 4}) == 1);
    CHECK(area({4, 3, 2, 1}) == 0);
    CHECK(area({5, 5, 5, 5}) == 0.5);
    CHECK(area({0.0, -0.0, 0.0, -0.0}) == 0.5);
    CHECK(area({-infinity, 2, 3, infinity}) == 1);
    std::vector<double> const x{1, 2};
    std::vector<std::uint8_t> const controls{0, 0};
    std::vector<std::uint8_t> const both{0, 1};
    PredictorOrder const order{x};
    CHECK(std::isnan(roc_area(order, controls)));
    CHECK(std::isnan(roc_area_delong(order, controls).area));
    CHECK(roc_area_delong(order, both).area == 1);
    CHECK(std::isnan(roc_area_delong(order, both).standard_error));
    CHECK_THROWS_AS(roc_area(order, is_case), ContractViolation);
    std::vector<double> const unknown{1, std::nan("")};
    CHECK_THROWS_AS(PredictorOrder{unknown}, ContractViolation);
    PredictorOrder const nobody{std::span<double const>{}};
    CHECK(std::isnan(roc_area(nobody, {})));
}

TEST_CASE("roc_area_delong: squares of a million samples do not overflow", "[stats]") {
    // Cases 0.5 above: placements have known mean and variance.
    std::size_t const size = 1'000'000;
    std::vector<double> predictor(size);
    std::vector<std::uint8_t> is_case(size);
    for (std::size_t i = 0; i < size; ++i) {
        is_case[i] = i % 2;
        predictor[i] = static_cast<double>(i / 2) + (is_case[i] != 0 ? 250'000 : 0);
    }
    auto const found = roc_area_delong(PredictorOrder{predictor}, is_case);
    CHECK(found.area == Approx(0.875).epsilon(1e-5));
    // A placement is u + 1/2, at most 1, with u uniform in (0, 1).
    double const mean = 0.875;
    double const second = (1.0 - 0.125) / 3 + 0.5;  // The mean of its square.
    CHECK(found.standard_error ==
          Approx(std::sqrt(2 * (second - mean * mean) / 500'000)).epsilon(1e-3));
}

TEST_CASE("count_at_threshold: counts those at or above it", "[stats]") {
    std::vector<double> const predictor{1, 2, 2, 3, 4};
    std::vector<std::uint8_t> const is_case{0, 0, 1, 0, 1};
    auto const counts = count_at_threshold(predictor, is_case, 2);
    CHECK(counts.true_positives == 2);
    CHECK(counts.false_positives == 2);
    CHECK(counts.cases == 2);
    CHECK(counts.controls == 3);
    CHECK_THROWS_AS(count_at_threshold(predictor, std::span{is_case}.first(2), 2),
                    ContractViolation);
}

}  // namespace
}  // namespace maniple
