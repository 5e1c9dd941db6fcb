#include "maniple/model/inflation.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/linalg/cholesky.hpp"

namespace maniple {
namespace {

using Columns = std::vector<std::vector<double>>;

constexpr double no_genotype = std::numeric_limits<double>::infinity();

Columns draw_covariates(std::size_t rows) {
    std::mt19937_64 random{4};
    std::normal_distribution<double> normal;
    Columns columns(4, std::vector<double>(rows));
    for (std::size_t i = 0; i < rows; ++i) {
        columns[0][i] = 50 + 10 * normal(random);
        columns[1][i] = columns[0][i] + 4 * normal(random);
        columns[2][i] = normal(random) > 0;
        columns[3][i] = 1e-3 * normal(random) - 2e-4 * columns[1][i];
    }
    return columns;
}

// Oracle: regress each covariate on all other predictors, whose last may be a genotype.
double largest_of(Columns const& predictors, std::size_t covariates) {
    double largest = 1;
    for (std::size_t j = 0; j < covariates; ++j) {
        auto const rows = predictors[j].size();
        OrthonormalBasis others{static_cast<std::int64_t>(rows)};
        others.add(std::vector<double>(rows, 1.0));
        auto centered = predictors[j];
        others.residualize(centered);
        for (std::size_t k = 0; k < predictors.size(); ++k) {
            if (k != j) others.add(predictors[k]);
        }
        auto left = predictors[j];
        others.residualize(left);
        largest = std::max(largest, dot(centered, centered) / dot(left, left));
    }
    return largest;
}

OrthonormalBasis make_basis(Columns const& covariates) {
    auto const rows = covariates[0].size();
    OrthonormalBasis basis{static_cast<std::int64_t>(rows)};
    basis.add(std::vector<double>(rows, 1.0));
    for (auto const& column : covariates) basis.add(column);
    return basis;
}

}  // namespace

TEST_CASE("CovariateInflation: equals regressions of each covariate on the others", "[model]") {
    auto const covariates = draw_covariates(200);
    CovariateInflation const inflation{make_basis(covariates), covariates};
    CHECK(inflation.largest() == Approx(largest_of(covariates, 4)));
    CHECK(inflation.largest() > 5);
}

TEST_CASE("CovariateInflation: on some samples, beside a genotype", "[model]") {
    auto const covariates = draw_covariates(60);
    auto const basis = make_basis(covariates);
    CovariateInflation const inflation{basis, covariates};
    auto const kept = GENERATE(std::size_t{60}, std::size_t{40}, std::size_t{9});
    Columns some = covariates;
    for (auto& column : some) column.resize(kept);
    std::vector<double> genotype;
    for (std::size_t i = 0; i < kept; ++i) {
        genotype.push_back(some[2][i] + static_cast<double>(i % 7 == 0));
    }

    std::vector<double> factor;
    std::vector<double> projection;
    auto const value = [&](std::int64_t c, std::size_t i) {
        return c == 0 ? 1 : basis.column(c)[i];
    };
    double trace = static_cast<double>(kept) / 60;
    for (std::int64_t r = 0; r < basis.columns(); ++r) {
        for (std::int64_t c = 0; c <= r; ++c) {
            double sum = 0;
            for (std::size_t i = 0; i < kept; ++i) sum += value(r, i) * value(c, i);
            factor.push_back(sum);
        }
        if (r > 0) trace -= 1 - factor.back();
        double sum = 0;
        for (std::size_t i = 0; i < kept; ++i) sum += value(r, i) * genotype[i];
        projection.push_back(sum);
    }
    REQUIRE(factorize(factor, basis.columns()) > 0);
    solve_lower(factor, projection);
    double const own = dot(genotype, genotype) - dot(projection, projection);
    double sum = 0;
    for (double g : genotype) sum += g;
    double const spread = dot(genotype, genotype) - sum * sum / static_cast<double>(kept);

    CHECK(inflation.largest(factor, projection, no_genotype) ==
          Approx(largest_of(some, 4)).epsilon(1e-8));
    some.push_back(genotype);
    auto const largest = inflation.largest(factor, projection, own);
    CHECK(largest == Approx(largest_of(some, 4)).epsilon(1e-8));
    auto const bound = inflation.bound(trace, spread / own);
    CHECK((bound >= largest * (1 - 1e-9) || bound > inflation_limit));
}

TEST_CASE("CovariateInflation: needs the covariates of its basis", "[model]") {
    auto const covariates = draw_covariates(20);
    auto const basis = make_basis(covariates);
    std::span const all{covariates};
    CHECK_THROWS_AS((CovariateInflation{basis, all.first(3)}), ContractViolation);
    CovariateInflation const inflation{basis, covariates};
    CHECK_THROWS_AS(inflation.largest(std::vector<double>(3), std::vector<double>(5), 1),
                    ContractViolation);
}

}  // namespace maniple
