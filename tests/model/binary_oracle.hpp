// Tests of binary traits by brute force in long double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

namespace maniple::oracle {

using Real = long double;
using Column = std::vector<Real>;
using Matrix = std::vector<Column>;  // Columns of a design; or rows of a small square matrix.

/// inverse(a) b by Gaussian elimination, and the log determinant of a.
struct Solution {
    Column x;
    Real log_determinant = 0;
};

inline Solution solve(Matrix a, Column b) {
    auto const n = b.size();
    Solution solution;
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t pivot = k;
        for (std::size_t r = k; r < n; ++r) {
            if (std::abs(a[r][k]) > std::abs(a[pivot][k])) pivot = r;
        }
        std::swap(a[k], a[pivot]);
        std::swap(b[k], b[pivot]);
        solution.log_determinant += std::log(std::abs(a[k][k]));
        for (std::size_t r = 0; r < n; ++r) {
            if (r == k) continue;
            Real const share = a[r][k] / a[k][k];
            for (std::size_t c = k; c < n; ++c) a[r][c] -= share * a[k][c];
            b[r] -= share * b[k];
        }
    }
    for (std::size_t k = 0; k < n; ++k) solution.x.push_back(b[k] / a[k][k]);
    return solution;
}

inline Real logistic(Real x) { return 1 / (1 + std::exp(-x)); }

inline double neg_log10_p_of_deviate(Real z) {
    using Wide = boost::multiprecision::cpp_bin_float_50;
    return static_cast<double>(-log10(Wide{erfc(abs(Wide{z}) / sqrt(Wide{2}))}));
}

/// Logistic regression of y (0, 1) on columns (the intercept among them) beside an offset.
class Logistic {
public:
    Logistic(Matrix columns, Column y, Column offset)
        : x_{std::move(columns)}, y_{std::move(y)}, offset_{std::move(offset)} {}

    enum class Penalty { none, firth };

    struct Fit {
        Column beta;
        Real value = 0;  ///< (Penalised) log likelihood.
        Column risks;
        Matrix information;
    };

    /// \param fixed  effects from this one on stay 0; their columns count in the penalty.
    Fit fit(Penalty penalty, std::size_t fixed) const {
        Column beta(x_.size(), 0);
        auto best = evaluate(beta, penalty);
        for (int i = 0; i < 300; ++i) {
            auto const score = score_of(best, penalty);
            Matrix information;
            for (std::size_t r = 0; r < fixed; ++r) {
                auto const& row = best.information[r];
                information.emplace_back(row.begin(),
                                         row.begin() + static_cast<std::ptrdiff_t>(fixed));
            }
            auto const step =
                solve(information,
                      {score.begin(), score.begin() + static_cast<std::ptrdiff_t>(fixed)})
                    .x;
            Real size = 0;
            for (std::size_t r = 0; r < fixed; ++r) size += std::abs(step[r]);
            Real share = 1;
            while (true) {
                auto there = best.beta;
                for (std::size_t r = 0; r < fixed; ++r) there[r] += share * step[r];
                auto const next = evaluate(there, penalty);
                if (next.value >= best.value || share < 1e-6L) {
                    best = next;
                    break;
                }
                share /= 2;
            }
            if (size < 1e-10L) break;
        }
        return best;
    }
    Fit fit(Penalty penalty) const { return fit(penalty, x_.size()); }

    /// inverse(information), one element.
    static Real variance(Fit const& fit, std::size_t of) {
        Column unit(fit.beta.size(), 0);
        unit[of] = 1;
        return solve(fit.information, unit).x[of];
    }

private:
    Fit evaluate(Column const& beta, Penalty penalty) const {
        Fit fit{.beta = beta};
        auto const columns = x_.size();
        fit.information.assign(columns, Column(columns, 0));
        for (std::size_t i = 0; i < y_.size(); ++i) {
            Real predictor = offset_[i];
            for (std::size_t c = 0; c < columns; ++c) predictor += beta[c] * x_[c][i];
            Real const risk = logistic(predictor);
            fit.risks.push_back(risk);
            fit.value += y_[i] != 0 ? std::log(risk) : std::log1p(-risk);
            for (std::size_t r = 0; r < columns; ++r) {
                for (std::size_t c = 0; c < columns; ++c) {
                    fit.information[r][c] += risk * (1 - risk) * x_[r][i] * x_[c][i];
                }
            }
        }
        if (penalty == Penalty::firth) {
            fit.value += solve(fit.information, Column(columns, 0)).log_determinant / 2;
        }
        return fit;
    }

    Column score_of(Fit const& fit, Penalty penalty) const {
        auto const columns = x_.size();
        Column score(columns, 0);
        Matrix inverse;
        for (std::size_t r = 0; r < columns && penalty == Penalty::firth; ++r) {
            Column unit(columns, 0);
            unit[r] = 1;
            inverse.push_back(solve(fit.information, unit).x);
        }
        for (std::size_t i = 0; i < y_.size(); ++i) {
            Real const risk = fit.risks[i];
            Real slope = y_[i] - risk;
            if (penalty == Penalty::firth) {
                Real hat = 0;
                for (std::size_t r = 0; r < columns; ++r) {
                    for (std::size_t c = 0; c < columns; ++c) {
                        hat += inverse[r][c] * x_[r][i] * x_[c][i];
                    }
                }
                slope += hat * risk * (1 - risk) * (Real{0.5} - risk);
            }
            for (std::size_t c = 0; c < columns; ++c) score[c] += slope * x_[c][i];
        }
        return score;
    }

    Matrix x_;
    Column y_;
    Column offset_;
};

/// A variant's score test, and what follows it, from a null model's risks.
struct ScoreTest {
    Column genotype;  ///< G, what covariates leave.
    Column risks;
    Real score = 0;
    Real information = 0;

    /// \param risks     of the null model, for those who take part.
    /// \param refitted  covariates take a Newton step on who takes part.
    ScoreTest(Matrix const& covariates, Column const& g, Column const& y, Column null_risks)
        : genotype{g}, risks{std::move(null_risks)} {
        auto const rank = covariates.size();
        Matrix gram(rank, Column(rank, 0));
        Column along(rank, 0);
        for (std::size_t i = 0; i < g.size(); ++i) {
            Real const w = risks[i] * (1 - risks[i]);
            for (std::size_t r = 0; r < rank; ++r) {
                along[r] += w * covariates[r][i] * g[i];
                for (std::size_t c = 0; c < rank; ++c) {
                    gram[r][c] += w * covariates[r][i] * covariates[c][i];
                }
            }
        }
        auto const explained = solve(gram, along).x;
        for (std::size_t i = 0; i < g.size(); ++i) {
            for (std::size_t r = 0; r < rank; ++r) {
                genotype[i] -= explained[r] * covariates[r][i];
            }
            score += genotype[i] * (y[i] - risks[i]);
            information += genotype[i] * genotype[i] * risks[i] * (1 - risks[i]);
        }
    }

    struct Cumulants {
        Real value = 0, first = 0, second = 0, third = 0;
    };

    Cumulants cumulants(Real t) const {
        Cumulants sums;
        for (std::size_t i = 0; i < genotype.size(); ++i) {
            Real const g = genotype[i];
            Real const m = risks[i];
            Real const e = std::exp(t * g);
            Real const p = m * e / (1 - m + m * e);
            sums.value += std::log(1 - m + m * e) - t * g * m;
            sums.first += g * (p - m);
            sums.second += g * g * p * (1 - p);
            sums.third += g * g * g * p * (1 - p) * (1 - 2 * p);
        }
        return sums;
    }

    /// ln of one tail.
    Real log_tail(Real s) const {
        using Wide = boost::multiprecision::cpp_bin_float_50;
        Real low = s > 0 ? 0 : -60;
        Real high = s > 0 ? 60 : 0;
        for (int i = 0; i < 100; ++i) {
            Real const middle = (low + high) / 2;
            (cumulants(middle).first < s ? low : high) = middle;
        }
        auto const at = cumulants(low);
        Real const w = std::copysign(std::sqrt(2 * (low * s - at.value)), low);
        Real const v = low * std::sqrt(at.second);
        Wide const z = Wide{std::copysign(Real{1}, s) * (w + std::log(v / w) / w)};
        return std::min(static_cast<Real>(log(Wide{erfc(z / sqrt(Wide{2})) / 2})),
                        at.value - low * s);
    }

    double spa_neg_log10_p() const {
        Real const both = std::exp(log_tail(score)) + std::exp(log_tail(-score));
        return static_cast<double>(-std::log10(std::min(both, Real{1})));
    }

    struct Effect {
        double beta, standard_error, neg_log10_p;
    };

    /// One-parameter Firth by bisection.
    Effect firth() const {
        Real low = -30;
        Real high = 30;
        for (int i = 0; i < 100; ++i) {
            Real const middle = (low + high) / 2;
            auto const at = cumulants(middle);
            (score - at.first + at.third / at.second / 2 > 0 ? low : high) = middle;
        }
        auto const at = cumulants(low);
        Real const rise = low * score - at.value + std::log(at.second / cumulants(0).second) / 2;
        return {static_cast<double>(low), static_cast<double>(1 / std::sqrt(at.second)),
                neg_log10_p_of_deviate(std::sqrt(2 * rise))};
    }
};

}  // namespace maniple::oracle
