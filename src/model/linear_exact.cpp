#include "maniple/model/linear_exact.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "maniple/linalg/orthonormal_basis.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/model/inflation.hpp"
#include "maniple/stats/student_t.hpp"

namespace maniple {
namespace {

// Shares of a sum of squares that are rounding in double precision.
constexpr double nothing_left = 1e-20;

ExactTest without_numbers(TestStatus status) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none, none, status};
}

void center(std::vector<double>& values) {
    double sum = 0;
    for (double value : values) sum += value;
    double const mean = sum / static_cast<double>(values.size());
    for (double& value : values) value -= mean;
}

}  // namespace

ExactTest regress_exactly(LinearNull const& null, NullTrait const& trait, PackedView genotypes,
                          LocalVariantIndex variant, MissingGenotype missing, double mean) {
    auto const& pattern = null.pattern(trait.pattern);
    auto const rank = null.designs()[pattern.design].rank;
    std::vector<SampleIndex> samples;
    std::vector<double> dosages;
    std::vector<double> residuals;
    pattern.mask.for_each([&](SampleIndex s) {
        auto const genotype = genotypes.genotype(variant, s);
        if (genotype == missing_genotype && missing == MissingGenotype::drop) return;
        samples.push_back(s);
        dosages.push_back(genotype == missing_genotype ? mean : genotype);
        residuals.push_back(null.residual(trait, s));
    });

    auto const [rows, basis, left_out] = make_basis(std::move(samples), null.covariates());
    if (basis.columns() < rank) {
        return without_numbers(TestStatus::collinear_covariates);
    }

    center(dosages);
    double const spread = dot(dosages, dosages);
    basis.residualize(dosages);
    double const own = dot(dosages, dosages);
    if (own * inflation_limit < spread) {
        return without_numbers(TestStatus::collinear_genotype);
    }
    double const length = dot(residuals, residuals);
    basis.residualize(residuals);
    double const squares = dot(residuals, residuals);
    if (squares <= nothing_left * length) {
        return without_numbers(TestStatus::constant_trait);
    }

    ExactTest test{.status = TestStatus::ok};
    test.beta = dot(dosages, residuals) / own;
    for (std::size_t i = 0; i < residuals.size(); ++i) residuals[i] -= test.beta * dosages[i];
    double const unexplained = dot(residuals, residuals);
    if (unexplained <= nothing_left * squares) {
        return without_numbers(TestStatus::perfect_fit);
    }
    auto const degrees = static_cast<double>(std::ssize(rows) - rank - 1);
    test.standard_error = std::sqrt(unexplained / degrees / own);
    test.neg_log10_p = neg_log10_p_student_t(test.beta / test.standard_error, degrees);
    return test;
}

}  // namespace maniple
