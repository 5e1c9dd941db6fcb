#include "maniple/model/score_metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/heterogeneity.hpp"
#include "model/random_people.hpp"

namespace maniple {
namespace {

EvaluatedPeople evaluated(test::People const& people, Outcome outcome) {
    EvaluatedPeople result{.outcome = outcome,
                           .values = people.trait,
                           .is_case = {},
                           .covariates = {people.b},
                           .score = people.a,
                           .prediction = {}};
    if (outcome != Outcome::quantitative) result.is_case = people.is_case;
    if (outcome == Outcome::time_to_event) result.values = people.time;
    for (auto a : people.a) result.prediction.push_back(0.06 * (a - 50) - 0.6);
    return result;
}

constexpr std::array outcomes{Outcome::quantitative, Outcome::binary, Outcome::time_to_event};

std::vector<MetricValue> bootstrapped(std::vector<MetricValue> values) {
    std::erase_if(
        values, [](MetricValue const& value) { return value.interval != IntervalKind::bootstrap; });
    return values;
}

TEST_CASE("ScoreMetrics: a resample has the metrics of the people it stands for", "[model]") {
    for (auto outcome : outcomes) {
        auto const few = test::make_people(41, 120);
        ScoreMetrics const metrics{evaluated(few, outcome), 10, 0.1};
        ScoreMetrics const expanded{evaluated(test::expand(few), outcome), 10, 0.1};
        auto const found = metrics.resample(few.times);
        auto const right = bootstrapped(expanded.estimate());
        REQUIRE(found.size() == right.size());
        REQUIRE(found.size() >= 4);
        for (std::size_t v = 0; v < found.size(); ++v) {
            CAPTURE(to_string(right[v].metric));
            CHECK(found[v] == Approx(right[v].value).epsilon(1e-8));
        }
        auto const own = bootstrapped(metrics.estimate());
        auto const same = metrics.resample({});
        for (std::size_t v = 0; v < own.size(); ++v) {
            CHECK(same[v] == Approx(own[v].value).epsilon(1e-10));
        }
    }
}

TEST_CASE("ScoreMetrics: without covariates there is nothing incremental", "[model]") {
    for (auto outcome : outcomes) {
        auto people = evaluated(test::make_people(42, 80), outcome);
        people.covariates.clear();
        people.prediction.clear();
        ScoreMetrics const metrics{people, 10, std::nullopt};
        for (auto const& value : metrics.estimate()) {
            auto const name = to_string(value.metric);
            CHECK(name.find("incremental") == std::string_view::npos);
            CHECK(name.find("calibration") == std::string_view::npos);
            CHECK(name.find("brier") == std::string_view::npos);
            CHECK(value.status == FitStatus::ok);
        }
        CHECK(metrics.resample({}).size() == bootstrapped(metrics.estimate()).size());
    }
}

TEST_CASE("ScoreMetrics: one class and few people have a status, not a number", "[model]") {
    auto people = evaluated(test::make_people(43, 30), Outcome::binary);
    std::ranges::fill(people.is_case, std::uint8_t{0});
    for (auto const& value : ScoreMetrics{people, 10, 0.1}.estimate()) {
        if (value.metric == Metric::brier) {
            CHECK(value.status == FitStatus::ok);
            continue;
        }
        CAPTURE(to_string(value.metric));
        CHECK(value.status == FitStatus::one_class);
        CHECK(std::isnan(value.value));
    }
    for (auto outcome : outcomes) {
        for (int size : {1, 2, 3}) {
            ScoreMetrics const metrics{evaluated(test::make_people(44, size), outcome), 10, 0.1};
            CHECK_FALSE(metrics.estimate().empty());
        }
    }
    CHECK_THROWS_AS((ScoreMetrics{EvaluatedPeople{}, 1, std::nullopt}), ContractViolation);
}

TEST_CASE("ScoreMetrics: heterogeneity of groups with one truth is uniform", "[model]") {
    constexpr int repeats = 400;
    std::array<Metric, 2> const metrics{Metric::auc, Metric::calibration_slope};
    for (auto metric : metrics) {
        std::vector<double> p;
        for (std::uint64_t r = 0; r < repeats; ++r) {
            std::vector<Estimate> groups;
            for (std::uint64_t g = 0; g < 3; ++g) {
                auto people =
                    evaluated(test::make_people(1000 + 3 * r + g, 150 + 50 * static_cast<int>(g)),
                              Outcome::binary);
                people.covariates.clear();
                for (auto const& value : ScoreMetrics{people, 10, std::nullopt}.estimate()) {
                    if (value.metric == metric) {
                        groups.push_back({value.value, value.standard_error});
                    }
                }
            }
            REQUIRE(groups.size() == 3);
            p.push_back(std::pow(10, -cochran_q(groups).neg_log10_p));
        }
        std::ranges::sort(p);
        double distance = 0;  // Kolmogorov and Smirnov.
        for (std::size_t i = 0; i < p.size(); ++i) {
            auto const rank = static_cast<double>(i);
            distance = std::max(
                {distance, std::abs(p[i] - rank / repeats), std::abs(p[i] - (rank + 1) / repeats)});
        }
        CHECK(distance < 1.95 / std::sqrt(1.0 * repeats));  // p = 0.001
    }
}

}  // namespace
}  // namespace maniple
