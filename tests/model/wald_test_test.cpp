#include "../src/model/wald_test.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"
#include "model/hazard_oracle.hpp"
#include "model/separation_oracle.hpp"

namespace maniple {
namespace {

using oracle::Column;
using oracle::Matrix;
using oracle::Real;

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// People with two covariates, a case status (also: an event), a time, and a genotype.
struct People {
    std::vector<double> x, b, status, time, genotype;

    std::int64_t size() const { return std::ssize(x); }

    void add(double own_x, double own_b, bool is_case, double own_time, double own_genotype) {
        x.push_back(own_x);
        b.push_back(own_b);
        status.push_back(is_case ? 1 : 0);
        time.push_back(own_time);
        genotype.push_back(own_genotype);
    }

    EventNull null(Family family) const {
        SampleMask everybody{size()};
        for (SampleIndex s{0}; s.get() < size(); ++s) everybody.insert(s);
        std::vector<Covariate> const covariates{{.name = "x", .values = x},
                                                {.name = "b", .values = b}};
        EventOutline const outline{.name = "t", .family = family};
        EventLoaders const load{
            .values =
                [&](std::size_t, std::span<double> values) {
                    std::ranges::copy(family == Family::poisson ? time : status, values.begin());
                },
            .events = [&](std::size_t,
                          std::span<double> values) { std::ranges::copy(status, values.begin()); }};
        return EventNull{everybody, covariates, {&outline, 1}, load, {.fewest_cases = 1}};
    }

    WaldFit fit(Family family) const {
        auto const found = null(family);
        REQUIRE(found.traits().size() == 1);
        return fit(found);
    }
    WaldFit fit(EventNull const& found) const {
        FullModelRoom room{found.stride(), found.pattern(PatternIndex{0}).rank};
        return fit_beside_covariates(found, found.traits()[0], genotype, room);
    }

    /// Those who have a genotype.
    People called() const {
        People some;
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (std::isnan(genotype[i])) continue;
            some.add(x[i], b[i], status[i] != 0, time[i], genotype[i]);
        }
        return some;
    }
    static Column as_column(std::vector<double> const& values) {
        return {values.begin(), values.end()};
    }
    /// The genotype last.
    Matrix columns() const { return {as_column(x), as_column(b), as_column(genotype)}; }

    oracle::Rows rows(Family family, Matrix const& some) const {
        return family == Family::bernoulli ? oracle::signed_rows(some, status)
                                           : oracle::risk_rows(some, status, time);
    }

    /// Effect and standard error, by brute force. \pre both are finite
    Coefficient expect_of(Family family) const {
        if (family == Family::bernoulli) {
            auto design = columns();
            design.insert(design.begin(), Column(x.size(), 1));
            oracle::Logistic const model{design, as_column(status), Column(x.size(), 0)};
            auto const found = model.fit(oracle::Logistic::Penalty::none);
            return {static_cast<double>(found.beta[3]),
                    static_cast<double>(std::sqrt(oracle::Logistic::variance(found, 3)))};
        }
        oracle::Hazards const model{columns(), time, {status.begin(), status.end()}, {}};
        auto const beta = model.fit();
        auto const variance = oracle::solve(model.at(beta).information, {0, 0, 1}).x[2];
        return {static_cast<double>(beta[2]), static_cast<double>(std::sqrt(variance))};
    }
};

struct Shape {
    int size = 200;
    double effect = 0;  // Of an allele.
    double frequency = 0.2;
    double missing = 0;
    double intercept = -1;
};

People make_people(std::uint64_t item, Shape const& shape) {
    RandomStream random{53, Purpose::testing, item};
    People people;
    for (int i = 0; i < shape.size; ++i) {
        double const x = random.normal();
        double const b = random.uniform() < 0.4 ? 1 : 0;
        double const g = (random.uniform() < shape.frequency ? 1 : 0) +
                         (random.uniform() < shape.frequency ? 1 : 0);
        double const odds = shape.intercept + 0.6 * x - 0.5 * b + shape.effect * g;
        bool const is_case = random.uniform() < 1 / (1 + std::exp(-odds));
        double const time = std::ceil(20 * random.exponential() * std::exp(-odds / 2));
        people.add(x, b, is_case, time, random.uniform() < shape.missing ? nan_value : g);
    }
    return people;
}

void check_effect(People const& people, Family family) {
    auto const fit = people.fit(family);
    REQUIRE(fit.status == FitStatus::ok);
    auto const expected = people.called().expect_of(family);
    CHECK(fit.effect.value ==
          Approx(expected.value).margin(1e-6 * expected.standard_error).epsilon(0));
    CHECK(fit.effect.standard_error == Approx(expected.standard_error).epsilon(1e-6));
}

TEST_CASE("fit_beside_covariates: the effects of brute force", "[model]") {
    auto const family = GENERATE(Family::bernoulli, Family::poisson);
    auto const frequency = GENERATE(0.05, 0.3, 0.95);
    auto const missing = GENERATE(0.0, 0.1);
    for (std::uint64_t item = 0; item < 5; ++item) {
        check_effect(make_people(item, {.frequency = frequency, .missing = missing}), family);
    }
}

// Has somebody with an event more, and somebody fewer, alleles than one who could have had it?
bool is_crossed(People const& people, Family family) {
    bool more = false;
    bool fewer = false;
    for (std::size_t i = 0; i < people.x.size(); ++i) {
        for (std::size_t j = 0; j < people.x.size() && people.status[i] != 0; ++j) {
            bool const is_faced = family == Family::poisson ? people.time[j] >= people.time[i]
                                                            : people.status[j] == 0;
            if (!is_faced) continue;
            more |= people.genotype[i] > people.genotype[j];
            fewer |= people.genotype[i] < people.genotype[j];
        }
    }
    return more && fewer;
}

TEST_CASE("fit_beside_covariates: a large effect is no separation", "[model]") {
    auto const family = GENERATE(Family::bernoulli, Family::poisson);
    auto const effect = GENERATE(-6.0, -3.0, 3.0, 4.5, 6.0);
    int finite = 0;
    for (std::uint64_t item = 0; item < 8; ++item) {
        auto const people = make_people(item, {.size = 400,
                                               .effect = effect,
                                               .frequency = 0.25,
                                               .intercept = effect > 0 ? -2.5 : 2.5});
        if (!is_crossed(people, family)) continue;
        ++finite;
        INFO("effect " << effect << ", cohort " << item);
        check_effect(people, family);
    }
    CHECK(finite > 3);
}

TEST_CASE("fit_beside_covariates: one carrier on the other side keeps an effect finite",
          "[model]") {
    auto const family = GENERATE(Family::bernoulli, Family::poisson);
    auto people = make_people(3, {.size = 500, .intercept = 0});
    for (int i = 0; i < people.size(); ++i) {
        auto const at = static_cast<std::size_t>(i);
        people.genotype[at] = i < 60 ? 1 : 0;
        if (i < 60) people.status[at] = i == 30 ? 1 : 0;
    }
    check_effect(people, family);
    people.status[30] = 0;
    CHECK(people.fit(family).status == FitStatus::separated);
    for (double& g : people.genotype) g = 2 - g;
    CHECK(people.fit(family).status == FitStatus::separated);
    for (double& status : people.status) status = 1 - status;
    CHECK(people.fit(Family::bernoulli).status == FitStatus::separated);
}

TEST_CASE("fit_beside_covariates: carriers far out, where covariates leave no risk", "[model]") {
    auto const family = GENERATE(Family::bernoulli, Family::poisson);
    auto const lowest = GENERATE(-1.0, -2.0, -3.0, -4.0);
    RandomStream random{54, Purpose::testing, 0};
    People people;
    for (int i = 0; i < 5; ++i) people.add(lowest, i % 2, false, 3, 1);
    for (int i = 0; i < 695; ++i) {
        double const x = 1.2 * random.uniform() - 0.6;
        bool const is_case = random.uniform() < 1 / (1 + std::exp(-9 * x));
        people.add(x, i % 2, is_case, std::exp(-6 * x) * random.exponential(), 0);
    }
    CHECK(people.fit(family).status == FitStatus::separated);
}

TEST_CASE("fit_beside_covariates: a covariate's level that tells who is left", "[model]") {
    auto const family = GENERATE(Family::bernoulli, Family::poisson);
    auto people = make_people(5, {.size = 250});
    auto rest = People{};
    for (std::size_t i = 0; i < people.x.size(); ++i) {
        if (people.b[i] == 1 && people.status[i] != 0) {
            people.genotype[i] = nan_value;
        } else if (people.b[i] == 0) {
            rest.add(people.x[i], static_cast<double>(i % 2), people.status[i] != 0, people.time[i],
                     people.genotype[i]);
        }
    }
    auto const fit = people.fit(family);
    REQUIRE(fit.status == FitStatus::ok);
    // A column without meaning takes the place of the level, and is taken out of both.
    auto const all = Column(rest.x.size(), 1);
    auto const status = People::as_column(rest.status);
    Matrix design{People::as_column(rest.x), People::as_column(rest.genotype)};
    Real expected = 0;
    Real error = 0;
    if (family == Family::bernoulli) {
        design.insert(design.begin(), all);
        oracle::Logistic const model{design, status, Column(rest.x.size(), 0)};
        auto const found = model.fit(oracle::Logistic::Penalty::none);
        expected = found.beta[2];
        error = std::sqrt(oracle::Logistic::variance(found, 2));
    } else {
        oracle::Hazards const model{
            design, rest.time, {rest.status.begin(), rest.status.end()}, {}};
        auto const beta = model.fit();
        expected = beta[1];
        error = std::sqrt(oracle::solve(model.at(beta).information, {0, 1}).x[1]);
    }
    CHECK(fit.effect.value == Approx(static_cast<double>(expected)).margin(1e-5).epsilon(0));
    CHECK(fit.effect.standard_error == Approx(static_cast<double>(error)).epsilon(1e-5));
}

TEST_CASE("fit_beside_covariates: separation as the geometry of a few people has it", "[model]") {
    auto const family = GENERATE(Family::bernoulli, Family::poisson);
    int separated = 0;
    int finite = 0;
    int told = 0;     // Finite though covariates tell the status of some,
    int unseen = 0;   // and not found so.
    int unnamed = 0;  // Separated, and called not converged.
    for (std::uint64_t item = 0; item < 1500; ++item) {
        auto people = make_people(item, {.size = 14, .frequency = 0.4, .missing = 0.15});
        if (item % 3 == 0) {
            for (double& x : people.x) x = std::round(x);
        }
        if (std::ranges::count(people.status, 1) < 3) continue;
        // A null model has an optimum.
        auto const of_null =
            people.rows(family, {People::as_column(people.x), People::as_column(people.b)});
        if (oracle::rank(of_null) < (family == Family::bernoulli ? 3 : 2)) continue;
        if (oracle::without_told(of_null).size() < of_null.size()) continue;
        auto const null = people.null(family);
        REQUIRE(null.traits().size() == 1);
        auto const called = people.called();
        auto const rows = called.rows(family, called.columns());
        if (oracle::rank(rows) < (family == Family::bernoulli ? 4 : 3)) continue;
        auto const overlapping = oracle::without_told(rows);
        bool const is_finite = oracle::determines_last(overlapping);
        auto const fit = people.fit(null);
        INFO("cohort " << item);
        if (fit.status == FitStatus::one_class) continue;
        if (!is_finite) {
            ++separated;
            CHECK(fit.status != FitStatus::ok);
            unnamed += fit.status != FitStatus::separated ? 1 : 0;
            continue;
        }
        ++finite;
        bool const is_told = overlapping.size() < rows.size();
        told += is_told ? 1 : 0;
        unseen += is_told && fit.status != FitStatus::ok ? 1 : 0;
        CHECK((is_told || fit.status == FitStatus::ok));
        CHECK((fit.status != FitStatus::ok || fit.effect.standard_error < 1000));
    }
    INFO(finite << " finite, " << separated << " separated, " << told << " told");
    CHECK(finite > 100);
    CHECK(separated > 100);
    // Covariates that tell in several ways at once leave little but rounding.
    CHECK(told > 20);
    CHECK(unseen <= told / 20);
    CHECK(unnamed <= separated / 100);
}

TEST_CASE("fit_beside_covariates: what has no effect at all", "[model]") {
    auto const family = GENERATE(Family::bernoulli, Family::poisson);
    auto people = make_people(7, {.size = 100});
    auto const complete = people;
    for (std::size_t i = 0; i < people.x.size(); ++i) people.genotype[i] = 1 + people.b[i];
    CHECK(std::isnan(people.fit(family).effect.standard_error));
    people = complete;
    for (std::size_t i = 0; i < people.x.size(); ++i) {
        if (people.status[i] != 0) people.genotype[i] = nan_value;
    }
    CHECK(people.fit(family).status == FitStatus::one_class);
}

TEST_CASE("fit_beside_covariates: refuses genotypes and room of others", "[model]") {
    auto const people = make_people(1, {.size = 60});
    auto const null = people.null(Family::bernoulli);
    auto const& trait = null.traits()[0];
    FullModelRoom room{null.stride(), 3};
    CHECK_THROWS_AS(fit_beside_covariates(null, trait, std::span{people.genotype}.first(59), room),
                    ContractViolation);
    FullModelRoom small{32, 3};
    CHECK_THROWS_AS(fit_beside_covariates(null, trait, people.genotype, small), ContractViolation);
}

}  // namespace
}  // namespace maniple
