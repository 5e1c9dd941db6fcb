#include "../src/model/firth_near.hpp"

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/model/tilted_lanes.hpp"
#include "binary_oracle.hpp"
#include "maniple/core/instruction_set.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/model/firth_regression.hpp"

namespace maniple {
namespace {

using oracle::Column;
using oracle::Logistic;
using oracle::Matrix;
using oracle::Real;

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

struct Shape {
    std::int64_t people = 1100;  // More than two blocks, and not a whole number of steps.
    std::int64_t covariates = 3;
    double cases = 0.1;
    double minor = 0.3;
    double effect = 0.5;
};

/// Cases, covariates without structure, genotypes, and the model of covariates alone.
struct People {
    Shape shape;
    std::int64_t padded;
    std::vector<float> covariates;
    std::vector<double> genotypes, offset, sign, inside, risks, factor;

    People(Shape const& s, unsigned seed) : shape{s}, padded{pad_samples(s.people)} {
        std::mt19937_64 random{seed};
        std::normal_distribution<double> normal;
        std::uniform_real_distribution<double> uniform{0, 1};
        covariates.resize(place(shape.covariates * padded));
        for (auto* values : {&genotypes, &offset, &inside, &risks}) values->resize(place(padded));
        sign.assign(place(padded), -1);
        double const intercept = std::log(shape.cases / (1 - shape.cases));
        for (std::size_t i = 0; i < place(shape.people); ++i) {
            bool const is_inside = i % 17 != 3;
            inside[i] = is_inside ? 1 : 0;
            double odds = intercept;
            for (std::int64_t c = 0; c < shape.covariates; ++c) {
                double const value = c == 0 ? 1 : normal(random);
                if (is_inside) {
                    covariates[place(c * padded) + i] = static_cast<float>(0.03 * value);
                }
                if (c == 1) odds += 0.4 * value;
            }
            int const alleles = (uniform(random) < shape.minor) + (uniform(random) < shape.minor);
            genotypes[i] = alleles - 2 * shape.minor;
            odds += shape.effect * alleles;
            if (is_inside && uniform(random) < oracle::logistic(odds)) sign[i] = 1;
            offset[i] = 0.2 * normal(random);
        }
        fit_null();
    }

    Matrix columns(bool has_genotypes, std::span<double const> among) const {
        Matrix x(place(shape.covariates + (has_genotypes ? 1 : 0)));
        for (std::size_t i = 0; i < place(shape.people); ++i) {
            if (among[i] == 0) continue;
            for (std::int64_t c = 0; c < shape.covariates; ++c) {
                x[place(c)].push_back(static_cast<Real>(covariates[place(c * padded) + i]));
            }
            if (has_genotypes) x.back().push_back(genotypes[i]);
        }
        return x;
    }
    Column cases(std::span<double const> among) const {
        Column y;
        for (std::size_t i = 0; i < among.size(); ++i) {
            if (among[i] != 0) y.push_back(sign[i] > 0 ? 1 : 0);
        }
        return y;
    }
    Column offsets(std::span<double const> among) const {
        Column values;
        for (std::size_t i = 0; i < among.size(); ++i) {
            if (among[i] != 0) values.push_back(offset[i]);
        }
        return values;
    }

    // Makes the offset the log odds by covariates too.
    void fit_null() {
        auto const x = columns(false, inside);
        Logistic const model{x, cases(inside), offsets(inside)};
        auto const fit = model.fit(Logistic::Penalty::none);
        for (std::size_t i = 0, k = 0; i < inside.size(); ++i) {
            if (inside[i] == 0) continue;
            for (std::size_t c = 0; c < x.size(); ++c) {
                offset[i] += static_cast<double>(fit.beta[c] * x[c][k]);
            }
            risks[i] = static_cast<double>(fit.risks[k++]);
        }
        for (std::size_t r = 0; r < x.size(); ++r) {
            for (std::size_t c = 0; c <= r; ++c) {
                factor.push_back(static_cast<double>(fit.information[r][c]));
            }
        }
        REQUIRE(factorize(factor, shape.covariates) > 0);
    }

    MatrixView<float const> view() const { return {covariates.data(), shape.covariates, padded}; }
    FirthTrait trait() const { return {view(), offset, risks, factor, sign, inside}; }

    NearColumn column(std::span<double const> among, double start) const {
        double information = 0;
        for (std::size_t i = 0; i < inside.size(); ++i) {
            information += risks[i] * (1 - risks[i]) * genotypes[i] * genotypes[i];
        }
        return {.genotypes = genotypes,
                .inside = among,
                .start = start,
                .limit = 30,
                .information = information,
                .information_there = information};
    }
};

FirthEffect by_brute_force(People const& people, std::span<double const> among) {
    auto const last = place(people.shape.covariates);
    Logistic const model{people.columns(true, among), people.cases(among), people.offsets(among)};
    auto const with = model.fit(Logistic::Penalty::firth);
    auto const without = model.fit(Logistic::Penalty::firth, last);
    return {.has_converged = true,
            .beta = static_cast<double>(with.beta[last]),
            .standard_error = static_cast<double>(std::sqrt(Logistic::variance(with, last))),
            .likelihood_ratio = static_cast<double>(2 * (with.value - without.value))};
}

void compare(FirthEffect const& found, FirthEffect const& expected) {
    double const error = expected.standard_error;
    CHECK(found.has_converged);
    CHECK(std::abs(found.beta - expected.beta) < 3e-7 * error);
    CHECK(found.standard_error == Approx(error).epsilon(1e-6));
    CHECK(found.likelihood_ratio == Approx(expected.likelihood_ratio).epsilon(1e-7).margin(1e-7));
}

FirthEffect from_far(People const& people, std::span<double const> among, double start) {
    FirthWorkspace work{people.padded, people.shape.covariates};
    return fit_firth({.covariates = people.view(),
                      .column = people.genotypes,
                      .offset = people.offset,
                      .sign = people.sign,
                      .inside = among},
                     start, work);
}

// What runs on an instruction set, as bits.
std::vector<std::uint64_t> bits_of(NearForms const& forms, People const& people) {
    auto const rank = people.shape.covariates;
    std::vector<float const*> columns;
    for (std::int64_t c = 0; c < pad_columns(rank); ++c) {
        columns.push_back(people.covariates.data() + std::min(c, rank - 1) * people.padded);
    }
    std::vector<double> residuals;
    std::vector<double> leverages;
    for (std::size_t i = 0; i < people.risks.size(); ++i) {
        residuals.push_back((people.sign[i] > 0 ? 1 : 0) - people.risks[i]);
        leverages.push_back(0.01 * people.risks[i]);
    }
    NearSamples const x{.columns = columns.data(),
                        .rank = rank,
                        .genotypes = people.genotypes.data(),
                        .risks = people.risks.data(),
                        .residuals = residuals.data(),
                        .base_risks = people.risks.data(),
                        .base_residuals = residuals.data(),
                        .count = people.padded};
    std::vector<float> const steps(place(rank), 0.1F);
    std::vector<float> const change(place(triangle_size(rank)), 0.01F);
    std::vector<double> risks(place(people.padded));
    std::vector<double> lanes(place(near_lanes * (triangle_size(rank) + 4 * rank)));
    std::vector<double> sums(place(10 * rank + triangle_size(rank)));
    auto* const at = sums.data();
    auto const started =
        forms.begin(x, 0.3, {.leverages = leverages.data(), .rest = 30, .base_rest = 31},
                    {at, at + rank, at + 2 * rank, at + 3 * rank, lanes.data()});
    auto const summed =
        forms.sum(x, {steps.data(), 0.4},
                  {risks.data(), at + 4 * rank, at + 5 * rank, at + 10 * rank, lanes.data()});
    auto const penalty = forms.penalize(x, risks.data(),
                                        {.leverages = leverages.data(),
                                         .change = change.data(),
                                         .fitted = steps.data(),
                                         .rest = 30},
                                        {at + 6 * rank, at + 7 * rank, lanes.data()});
    sums.insert(sums.end(), risks.begin(), risks.end());
    for (double value : {started.score, started.own_score, started.square, started.bend,
                         summed.log_likelihood, summed.score, summed.square, penalty.score,
                         penalty.own_score, penalty.bend, penalty.skew}) {
        sums.push_back(value);
    }
    std::vector<std::uint64_t> bits;
    for (double value : sums) bits.push_back(std::bit_cast<std::uint64_t>(value));
    return bits;
}

}  // namespace

TEST_CASE("FirthNeighbourhood: Firth's optimum, whatever the covariates") {
    for (std::int64_t covariates : {1, 2, 4, 5, 11}) {
        CAPTURE(covariates);
        People const people{{.covariates = covariates}, 3};
        FirthNeighbourhood near{people.padded, covariates};
        near.start(people.trait());
        auto const expected = by_brute_force(people, people.inside);
        for (double wrong : {0.0, 0.02, -0.1}) {
            auto const found = near.fit(people.column({}, expected.beta + wrong));
            REQUIRE(found);
            compare(*found, expected);
        }
        compare(from_far(people, people.inside, 0), expected);
    }
}

TEST_CASE("FirthNeighbourhood: samples that take no part") {
    People const people{{.people = 700, .covariates = 5}, 5};
    FirthNeighbourhood near{people.padded, 6};
    near.start(people.trait());
    auto among = people.inside;
    for (std::size_t i = 0; i < among.size(); i += 9) among[i] = 0;
    auto const expected = by_brute_force(people, among);
    auto const found = near.fit(people.column(among, expected.beta));
    REQUIRE(found);
    compare(*found, expected);
    compare(from_far(people, among, 0), expected);

    // Those who come next do not notice.
    auto const whole = near.fit(people.column({}, 0.5));
    FirthNeighbourhood fresh{people.padded, 5};
    fresh.start(people.trait());
    auto const again = fresh.fit(people.column({}, 0.5));
    REQUIRE(whole);
    REQUIRE(again);
    CHECK(whole->beta == again->beta);
    CHECK(whole->likelihood_ratio == again->likelihood_ratio);
}

TEST_CASE("FirthNeighbourhood: rare alleles and few cases are right, or left to others") {
    int fitted = 0;
    for (unsigned seed = 0; seed < 24; ++seed) {
        CAPTURE(seed);
        People const people{{.people = 400 + 30 * static_cast<std::int64_t>(seed),
                             .covariates = 4,
                             .cases = 0.04,
                             .minor = 0.02 + 0.01 * (seed % 3),
                             .effect = 1.5},
                            seed};
        FirthNeighbourhood near{people.padded, 4};
        near.start(people.trait());
        auto const expected = by_brute_force(people, people.inside);
        auto const found = near.fit(people.column({}, expected.beta));
        if (!found) continue;
        compare(*found, expected);
        ++fitted;
    }
    CHECK(fitted > 12);
}

TEST_CASE("FirthNeighbourhood: what is far away is not looked for") {
    People const people{{}, 7};
    FirthNeighbourhood near{people.padded, 3};
    near.start(people.trait());
    CHECK_FALSE(near.fit(people.column({}, 16)));   // Beyond the half of the limit.
    CHECK_FALSE(near.fit(people.column({}, -12)));  // Steps do not get shorter.
    auto const odd = people.column(std::span{people.inside}.first(32), 0);
    CHECK_THROWS_AS(near.fit(odd), ContractViolation);
}

TEST_CASE("near sums: the same bits on every instruction set") {
    for (std::int64_t covariates : {1, 3, 4, 11}) {
        for (std::int64_t samples : {32, 96, 1100}) {
            People const people{{.people = samples, .covariates = covariates, .cases = 0.4}, 9};
            auto const expected = bits_of(near_forms_scalar, people);
            for (auto set : runnable_instruction_sets()) {
                CHECK(bits_of(near_forms(set), people) == expected);
            }
        }
    }
}

}  // namespace maniple
