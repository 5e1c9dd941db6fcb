#include "../src/model/outcome_loss.hpp"

#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "maniple/linalg/cholesky.hpp"

namespace maniple {
namespace {

double weighted_dot(std::span<double const> weights, std::span<double const> a,
                    std::span<double const> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += weights[i] * a[i] * b[i];
    return sum;
}

struct Draw {
    std::vector<double> values;
    std::vector<double> events;
    std::vector<double> predictor;
};

Draw draw(std::size_t samples, double time_step) {
    std::mt19937_64 random{samples};
    std::normal_distribution<double> normal;
    Draw drawn;
    for (std::size_t i = 0; i < samples; ++i) {
        double const time = std::exp(normal(random));
        drawn.values.push_back(time_step > 0 ? std::ceil(time / time_step) * time_step : time);
        drawn.events.push_back(random() % 3 == 0 ? 0 : 1);
        drawn.predictor.push_back(normal(random));
    }
    return drawn;
}

std::unique_ptr<OutcomeLoss> make_loss(int kind, Draw const& drawn) {
    if (kind == 0) return squares_loss(drawn.values);
    if (kind == 1) return logistic_loss(drawn.events);
    return hazard_loss(drawn.values, drawn.events);
}

// The loss, from its formula.
double naive_loss(int kind, Draw const& drawn, std::vector<double> const& predictor) {
    double loss = 0;
    for (std::size_t i = 0; i < predictor.size(); ++i) {
        if (kind == 0) loss += std::pow(drawn.values[i] - predictor[i], 2) / 2;
        if (kind == 1) loss += std::log1p(std::exp(predictor[i])) - drawn.events[i] * predictor[i];
        if (kind != 2 || drawn.events[i] == 0) continue;
        double at_risk = 0;
        for (std::size_t k = 0; k < predictor.size(); ++k)
            if (drawn.values[k] >= drawn.values[i]) at_risk += std::exp(predictor[k]);
        loss += std::log(at_risk) - predictor[i];
    }
    return loss;
}

TEST_CASE("OutcomeLoss: loss, residuals and second derivatives are those of the formula",
          "[elastic_net]") {
    auto const kind = GENERATE(0, 1, 2);
    auto const samples = GENERATE(std::size_t{1}, std::size_t{9}, std::size_t{50});
    auto const time_step = GENERATE(0.0, 0.5);
    auto const drawn = draw(samples, time_step);
    auto const loss = make_loss(kind, drawn);
    std::vector<double> residuals(samples);
    double const value = loss->evaluate(drawn.predictor, residuals);
    CHECK(value == Approx(naive_loss(kind, drawn, drawn.predictor)).margin(1e-12));
    CHECK(loss->is_quadratic() == (kind == 0));

    OrthonormalBasis basis{static_cast<std::int64_t>(samples)};
    basis.add(std::vector<double>(samples, 1.0));
    if (samples > 1) basis.add(drawn.values);
    auto const along = loss->curvature_along(basis, 0);
    auto const columns = basis.columns();
    REQUIRE(std::ssize(along) == triangle_size(columns));
    // H = diag(weights) - U U' is no less than second derivatives along any direction.
    std::vector<double> weights(samples);
    loss->curvature(weights);
    auto const shared = loss->shared_curvature();

    constexpr double h = 1e-5;
    std::vector<double> up(samples);
    std::vector<double> down(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        auto moved = drawn.predictor;
        moved[i] += h;
        double const above = loss->evaluate(moved, up);
        moved[i] -= 2 * h;
        double const below = loss->evaluate(moved, down);
        CHECK(residuals[i] == Approx(-(above - below) / (2 * h)).margin(1e-7));
    }
    for (std::int64_t r = 0; r < columns; ++r) {
        auto moved = drawn.predictor;
        for (std::size_t i = 0; i < samples; ++i) moved[i] += h * basis.column(r)[i];
        loss->evaluate(moved, up);
        for (std::size_t i = 0; i < samples; ++i) moved[i] -= 2 * h * basis.column(r)[i];
        loss->evaluate(moved, down);
        for (std::int64_t c = 0; c <= r; ++c) {
            double second = 0;
            for (std::size_t i = 0; i < samples; ++i)
                second -= basis.column(c)[i] * (up[i] - down[i]) / (2 * h);
            CHECK(along[static_cast<std::size_t>(triangle_size(r) + c)] ==
                  Approx(second).margin(1e-6));
        }
        double model = weighted_dot(weights, basis.column(r), basis.column(r));
        double const diagonal = model;
        for (auto const& column : shared) model -= std::pow(fast_dot(column, basis.column(r)), 2);
        auto const truth = along[static_cast<std::size_t>(triangle_size(r) + r)];
        CHECK(model >= truth - 1e-9);
        // Up to 64 times of events are all kept apart.
        if (kind != 2 || samples <= 50) CHECK(model == Approx(truth).margin(1e-9));
        CHECK((kind == 2 || diagonal == Approx(truth)));
    }
}

TEST_CASE("OutcomeLoss: many events share columns, and second derivatives stay above",
          "[elastic_net]") {
    auto const drawn = draw(700, 0);
    auto const loss = hazard_loss(drawn.values, drawn.events);
    std::vector<double> residuals(700);
    loss->evaluate(drawn.predictor, residuals);
    std::vector<double> weights(700);
    loss->curvature(weights);
    auto const shared = loss->shared_curvature();
    CHECK(std::ssize(shared) == 64);
    OrthonormalBasis basis{700};
    basis.add(drawn.predictor);
    double model = weighted_dot(weights, basis.column(0), basis.column(0));
    double const without = model;
    for (auto const& column : shared) model -= std::pow(fast_dot(column, basis.column(0)), 2);
    double const truth = loss->curvature_along(basis, 0)[0];
    CHECK(model >= truth);
    CHECK(model - truth < 0.05 * (without - truth));
}

TEST_CASE("OutcomeLoss: large predictors", "[elastic_net]") {
    std::vector<double> residuals(2);
    std::vector<double> weights(2);
    auto const logistic = logistic_loss({1, 0});
    CHECK(logistic->evaluate(std::vector{800.0, -800.0}, residuals) == 0);
    CHECK(residuals == std::vector<double>{0, -0.0});
    CHECK(logistic->evaluate(std::vector{-800.0, 800.0}, residuals) == 1600);
    CHECK(residuals == std::vector<double>{1, -1});
    CHECK(logistic->evaluate(std::vector{40.0, -40.0}, residuals) > 0);
    CHECK(residuals[0] == Approx(std::exp(-40.0)));
    auto const hazard = hazard_loss({1, 2}, {1, 1});
    CHECK(hazard->evaluate(std::vector{1000.0, 999.0}, residuals) ==
          Approx(std::log1p(std::exp(-1.0))));
}

// Between 2^16 and 2^18 samples the number of runs follows from that of samples.
TEST_CASE("OutcomeLoss: runs of event times end with the last event", "[elastic_net]") {
    constexpr std::size_t samples = 90'000;
    auto const drawn = draw(samples, 0);
    auto const loss = hazard_loss(drawn.values, drawn.events);
    std::vector<double> residuals(samples);
    loss->evaluate(drawn.predictor, residuals);
    std::vector<double> weights(samples);
    loss->curvature(weights);
    auto const shared = loss->shared_curvature();
    CHECK(std::ssize(shared) == 46);

    OrthonormalBasis basis{static_cast<std::int64_t>(samples)};
    basis.add(drawn.values);
    double model = weighted_dot(weights, basis.column(0), basis.column(0));
    for (auto const& column : shared) model -= std::pow(fast_dot(column, basis.column(0)), 2);
    double const truth = loss->curvature_along(basis, 0).front();
    CHECK(model >= truth);
    CHECK(model < 1.2 * truth);  // The share in the risk varies within a run.
}

}  // namespace
}  // namespace maniple
