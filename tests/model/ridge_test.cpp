#include "maniple/model/ridge.hpp"

#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// Dense and naive: A x = b by Gaussian elimination with pivots.
std::vector<double> solve_dense(std::vector<std::vector<double>> a, std::vector<double> b) {
    auto const rows = b.size();
    for (std::size_t k = 0; k < rows; ++k) {
        auto best = k;
        for (auto r = k; r < rows; ++r) {
            if (std::abs(a[r][k]) > std::abs(a[best][k])) best = r;
        }
        std::swap(a[k], a[best]);
        std::swap(b[k], b[best]);
        for (auto r = k + 1; r < rows; ++r) {
            auto const factor = a[r][k] / a[k][k];
            for (auto c = k; c < rows; ++c) a[r][c] -= factor * a[k][c];
            b[r] -= factor * b[k];
        }
    }
    for (auto k = rows; k-- > 0;) {
        for (auto c = k + 1; c < rows; ++c) b[k] -= a[k][c] * b[c];
        b[k] /= a[k][k];
    }
    return b;
}

struct Problem {
    std::int64_t samples = 0;
    std::int64_t variants = 0;
    std::vector<std::vector<double>> x;  // samples x variants, columns standardised
    std::vector<double> trait;
    std::vector<Covariate> covariates;
    SampleMask everyone{1};

    std::vector<double> multiply(std::span<double const> p) const {
        std::vector<double> product(p.size());
        for (std::size_t v = 0; v < static_cast<std::size_t>(variants); ++v) {
            double sum = 0;
            for (std::size_t s = 0; s < p.size(); ++s) sum += x[s][v] * p[s];
            for (std::size_t s = 0; s < p.size(); ++s) product[s] += x[s][v] * sum;
        }
        return product;
    }
};

Problem make_problem(std::int64_t samples, std::int64_t variants, bool with_covariates) {
    std::mt19937_64 random{static_cast<std::uint64_t>(samples * 1000 + variants)};
    std::normal_distribution<double> normal;
    Problem made{.samples = samples, .variants = variants, .everyone = SampleMask{samples}};
    made.x.assign(static_cast<std::size_t>(samples),
                  std::vector<double>(static_cast<std::size_t>(variants)));
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        made.everyone.insert(s);
        made.trait.push_back(5 + normal(random));
        auto const shared = normal(random);
        for (auto& value : made.x[s.at()]) value = shared + normal(random);
    }
    for (std::size_t v = 0; v < static_cast<std::size_t>(variants); ++v) {
        double mean = 0;
        double squares = 0;
        for (auto const& row : made.x) mean += row[v] / static_cast<double>(samples);
        for (auto& row : made.x) row[v] -= mean;
        for (auto const& row : made.x) squares += row[v] * row[v] / static_cast<double>(samples);
        for (auto& row : made.x) row[v] /= std::sqrt(squares);
    }
    if (!with_covariates) return made;
    made.covariates = {{"age", {}}, {"twice", {}}, {"site", {}}};
    for (std::int64_t s = 0; s < samples; ++s) {
        made.covariates[0].values.push_back(40 + normal(random));
        made.covariates[1].values.push_back(2 * made.covariates[0].values.back());
        made.covariates[2].values.push_back(static_cast<double>(s % 3));
        made.trait[static_cast<std::size_t>(s)] += made.covariates[0].values.back();
    }
    return made;
}

// Effects b of the primal problem, whose normal equations are over covariates and variants.
std::vector<double> effects_of(Problem const& problem, double shift) {
    std::vector<std::vector<double>> columns{std::vector<double>(problem.trait.size(), 1.0)};
    for (auto const& covariate : problem.covariates) {
        if (covariate.name != "twice") columns.push_back(covariate.values);
    }
    auto const unpenalised = columns.size();
    for (std::size_t v = 0; v < static_cast<std::size_t>(problem.variants); ++v) {
        std::vector<double> column;
        for (auto const& row : problem.x) column.push_back(row[v]);
        columns.push_back(column);
    }
    std::vector<std::vector<double>> a(columns.size(), std::vector<double>(columns.size()));
    std::vector<double> b;
    for (std::size_t r = 0; r < columns.size(); ++r) {
        for (std::size_t c = 0; c < columns.size(); ++c) a[r][c] = dot(columns[r], columns[c]);
        if (r >= unpenalised) a[r][r] += shift;
        b.push_back(dot(columns[r], problem.trait));
    }
    auto solved = solve_dense(a, b);
    return {solved.begin() + static_cast<std::ptrdiff_t>(unpenalised), solved.end()};
}

RidgeSystem solve(Problem const& problem, RidgeDesign const& design, double shift,
                  RidgeOptions const& options) {
    auto const right_side = design.residual(problem.trait);
    auto system = start_ridge(right_side);
    while (system.phase != RidgeSystem::Phase::done) {
        auto product = problem.multiply(
            system.phase == RidgeSystem::Phase::checking ? system.solution : system.direction);
        advance_ridge(system, design, right_side, shift, options, product);
    }
    return system;
}

TEST_CASE("advance_ridge: effects are those of the dense normal equations", "[ridge]") {
    auto const [samples, variants] =
        GENERATE(std::pair{80, 30}, std::pair{40, 90}, std::pair{30, 1}, std::pair{25, 25});
    bool const with_covariates = GENERATE(false, true);
    auto const heritability = GENERATE(0.05, 0.5, 0.99);
    auto const problem = make_problem(samples, variants, with_covariates);
    RidgeDesign const design{problem.everyone, problem.covariates};
    CHECK(design.collinear().size() == (with_covariates ? 1 : 0));
    auto const shift = ridge_shift(heritability, variants);
    auto const system = solve(problem, design, shift, {});
    CHECK(system.relative_residual <= 1e-9);
    CHECK(system.iterations <= 3 * std::min(samples, variants + 1));
    auto const expected = effects_of(problem, shift);
    auto const largest = std::abs(
        *std::ranges::max_element(expected, {}, [](double value) { return std::abs(value); }));
    for (std::size_t v = 0; v < expected.size(); ++v) {
        double effect = 0;
        for (std::size_t s = 0; s < system.solution.size(); ++s) {
            effect += problem.x[s][v] * system.solution[s];
        }
        CHECK(std::abs(effect - expected[v]) < 1e-7 * largest);
    }
}

TEST_CASE("advance_ridge: too few iterations are told by the true residual", "[ridge]") {
    auto const problem = make_problem(60, 200, true);
    RidgeDesign const design{problem.everyone, problem.covariates};
    auto const shift = ridge_shift(0.9, problem.variants);
    auto const system = solve(problem, design, shift, {.most_iterations = 3});
    CHECK(system.iterations == 3);
    auto rest = problem.multiply(system.solution);
    for (std::size_t s = 0; s < rest.size(); ++s) rest[s] += shift * system.solution[s];
    design.project(rest);
    auto const right_side = design.residual(problem.trait);
    for (std::size_t s = 0; s < rest.size(); ++s) rest[s] -= right_side[s];
    auto const expected = std::sqrt(dot(rest, rest) / dot(right_side, right_side));
    CHECK(system.relative_residual == Approx(expected));
    CHECK(system.relative_residual > 1e-6);
}

TEST_CASE("advance_ridge: wrong products are noticed, and iterations start again", "[ridge]") {
    auto const problem = make_problem(60, 100, false);
    RidgeDesign const design{problem.everyone, problem.covariates};
    auto const right_side = design.residual(problem.trait);
    auto const shift = ridge_shift(0.5, problem.variants);
    auto system = start_ridge(right_side);
    std::int64_t steps = 0;
    while (system.phase != RidgeSystem::Phase::done) {
        auto product = problem.multiply(
            system.phase == RidgeSystem::Phase::checking ? system.solution : system.direction);
        if (++steps == 2) {
            for (double& value : product) value *= 1.001;
        }
        advance_ridge(system, design, right_side, shift, {}, product);
    }
    CHECK(system.checks == 2);
    CHECK(system.relative_residual <= 1e-9);
}

TEST_CASE("RidgeDesign: regression on intercept and covariates", "[ridge]") {
    auto const problem = make_problem(50, 1, true);
    SampleMask some{50};
    for (SampleIndex s{0}; s.get() < 50; ++s) {
        if (s.get() % 7 != 0) some.insert(s);
    }
    RidgeDesign const design{some, problem.covariates};
    CHECK(design.rank() == 3);
    std::vector<double> values;
    for (auto s : design.list()) {
        values.push_back(3 - 2 * problem.covariates[0].values[s.at()] +
                         0.25 * problem.covariates[2].values[s.at()]);
    }
    auto const model = design.regress(values);
    CHECK(model.intercept == Approx(3));
    REQUIRE(model.coefficients.size() == 3);
    CHECK(model.coefficients[0] == Approx(-2));
    CHECK(model.coefficients[1] == 0);
    CHECK(model.coefficients[2] == Approx(0.25));
    auto covariates = problem.covariates;
    covariates[2].values[7] = unknown;
    RidgeDesign const other{some, covariates};
    auto const predictor = other.predict(model);
    CHECK(std::isnan(predictor[7]));
    CHECK(predictor[8] == Approx(3 - 2 * covariates[0].values[8] + 0.25 * covariates[2].values[8]));
}

TEST_CASE("round_to_grid: what is lost is small, and rounding again changes nothing", "[ridge]") {
    std::vector<double> values{1, -0.3, 1e-12, 0, 0.123456789012345};
    auto const before = values;
    auto const lost = round_to_grid(values);
    for (std::size_t s = 0; s < values.size(); ++s) {
        CHECK(values[s] + lost[s] == before[s]);
        CHECK(std::abs(lost[s]) < 1e-9);
    }
    auto again = values;
    round_to_grid(again);
    for (std::size_t s = 0; s < values.size(); ++s)
        CHECK(again[s] == Approx(values[s]).epsilon(1e-15));
}

TEST_CASE("ridge: contracts", "[ridge]") {
    CHECK_THROWS_AS(ridge_shift(0, 5), ContractViolation);
    CHECK_THROWS_AS(ridge_shift(1, 5), ContractViolation);
    CHECK_THROWS_AS(start_ridge(std::vector<double>(3)), ContractViolation);
}

}  // namespace
}  // namespace maniple
