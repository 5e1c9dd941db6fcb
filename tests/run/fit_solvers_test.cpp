#include "maniple/run/fit_solvers.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

SampleMask first_of(std::int64_t inside, std::int64_t samples) {
    SampleMask mask{samples};
    for (SampleIndex s{0}; s.get() < inside; ++s) mask.insert(s);
    return mask;
}

TEST_CASE("judge_predictor: R^2 is one less squared errors over squared deviations") {
    FitTrait const trait{.label = "t", .values = {1, 2, 4, 100}, .events = {}};
    std::vector<double> const predictor{1.5, 2, 3, -7};
    auto const mean = 7.0 / 3;
    auto const deviations =
        (1 - mean) * (1 - mean) + (2 - mean) * (2 - mean) + (4 - mean) * (4 - mean);
    CHECK(judge_predictor(trait, first_of(3, 4), predictor) == Approx(1 - 1.25 / deviations));
    CHECK(std::isnan(judge_predictor(trait, first_of(0, 4), predictor)));
    CHECK(std::isnan(judge_predictor(trait, first_of(1, 4), predictor)));
    std::vector<double> const broken{1, std::numeric_limits<double>::infinity(), 1, 1};
    CHECK(std::isnan(judge_predictor(trait, first_of(3, 4), broken)));
}

TEST_CASE("judge_predictor: AUC counts equal predictors half, C-index known pairs alone") {
    FitTrait const cases{
        .label = "t", .outcome = Outcome::binary, .values = {1, 1, 0, 0, 1}, .events = {}};
    // Pairs: 3 > 1, 3 > 2, 2 > 1, 2 = 2.
    CHECK(judge_predictor(cases, first_of(4, 5), std::vector<double>{3, 2, 1, 2, -9}) == 3.5 / 4);
    FitTrait const times{.label = "t",
                         .outcome = Outcome::time_to_event,
                         .values = {1, 2, 3, 4},
                         .events = {1, 0, 1, 1}};
    // The second is censored at 2: it is known to outlive the first alone.
    CHECK(judge_predictor(times, first_of(4, 4), std::vector<double>{4, 1, 2, 3}) == 3.0 / 4);
}

TEST_CASE("spread_effects: effects of a step in the order of the working set") {
    PathStep const step{.variants = {9, 4}, .standardised = {0.5, -1}};
    CHECK(spread_effects(step, std::vector<std::int64_t>{1, 4, 9, 2}) ==
          std::vector<double>{0, -1, 0.5, 0});
    CHECK(spread_effects({}, std::vector<std::int64_t>{1, 4}) == std::vector<double>{0, 0});
}

}  // namespace
}  // namespace maniple
