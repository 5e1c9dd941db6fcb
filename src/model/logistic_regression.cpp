#include "maniple/model/logistic_regression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/stats/normal.hpp"
#include "newton.hpp"

namespace maniple {
namespace {

// log(1 + exp(x)) without overflow.
double softplus(double x) { return std::fmax(x, 0) + portable_log1p(portable_exp(-std::abs(x))); }

class LogisticLikelihood {
public:
    LogisticLikelihood(RegressionDesign const& design, std::span<std::uint8_t const> is_case,
                       LogisticOptions const& options)
        : design_{design}, is_case_{is_case}, options_{options} {}

    double weight(std::size_t s) const {
        return options_.times.empty() ? 1.0 : static_cast<double>(options_.times[s]);
    }

    Likelihood operator()(std::span<double const> parameters) const {
        Likelihood point;
        auto const rows = design_.columns() + 1;
        point.gradient.resize(static_cast<std::size_t>(rows));
        point.information.resize(static_cast<std::size_t>(triangle_size(rows)));
        for (std::size_t s = 0; s < is_case_.size(); ++s) {
            if (weight(s) != 0) add(s, parameters, point);
        }
        return point;
    }

private:
    void add(std::size_t s, std::span<double const> parameters, Likelihood& point) const {
        auto const row = design_.row(static_cast<std::int64_t>(s));
        double own = parameters[0];
        for (std::size_t c = 0; c < row.size(); ++c) own += row[c] * parameters[c + 1];
        auto const predictor = own + (options_.offset.empty() ? 0 : options_.offset[s]);
        auto const y = is_case_[s] != 0 ? 1.0 : 0.0;
        auto const risk = logistic(predictor);
        auto const w = weight(s);
        point.largest_predictor = std::fmax(point.largest_predictor, std::abs(own));
        point.value += w * (y * predictor - softplus(predictor));
        auto const slope = w * (y - risk);
        auto const curvature = w * risk * logistic(-predictor);
        auto* triangle = point.information.data();
        point.gradient[0] += slope;
        *triangle++ += curvature;
        for (std::size_t r = 0; r < row.size(); ++r) {
            point.gradient[r + 1] += slope * row[r];
            auto const scaled = curvature * row[r];
            *triangle++ += scaled;
            for (std::size_t c = 0; c <= r; ++c) *triangle++ += scaled * row[c];
        }
    }

    RegressionDesign const& design_;
    std::span<std::uint8_t const> is_case_;
    LogisticOptions const& options_;
};

// The best intercept beside the offset; a closed form without one.
double null_likelihood(std::span<std::uint8_t const> is_case, LogisticOptions const& options,
                       double cases, double controls) {
    if (options.offset.empty()) {
        auto const all = cases + controls;
        return cases * portable_log(cases / all) + controls * portable_log(controls / all);
    }
    RegressionDesign const nothing{std::ssize(is_case), {}};
    LogisticOptions const own{.offset = options.offset, .times = options.times, .start = {}};
    return maximize(LogisticLikelihood{nothing, is_case, own}, {0.0}).value;
}

}  // namespace

double logistic(double x) {
    auto const small = portable_exp(-std::abs(x));
    return (x >= 0 ? 1 : small) / (1 + small);
}

RegressionFit fit_logistic(RegressionDesign const& design, std::span<std::uint8_t const> is_case,
                           LogisticOptions const& options) {
    expect(std::ssize(is_case) == design.samples(), "every sample is a case or a control");
    expect(options.offset.empty() || options.offset.size() == is_case.size(),
           "every sample has an offset");
    expect(options.times.empty() || options.times.size() == is_case.size(),
           "every sample has a multiplicity");

    RegressionFit fit;
    LogisticLikelihood const likelihood{design, is_case, options};
    double cases = 0;
    double controls = 0;
    for (std::size_t s = 0; s < is_case.size(); ++s) {
        (is_case[s] != 0 ? cases : controls) += likelihood.weight(s);
    }
    if (cases == 0 || controls == 0) {
        fit.status = FitStatus::one_class;
        return fit;
    }
    std::vector<double> start(options.start.begin(), options.start.end());
    if (start.empty()) {
        start.resize(static_cast<std::size_t>(design.columns()) + 1);
        if (options.offset.empty()) start[0] = portable_log(cases / controls);
    }
    expect(std::ssize(start) == design.columns() + 1, "a start for this design");
    auto const result = maximize(likelihood, std::move(start));
    fit.status = result.status;
    fit.iterations = result.iterations;
    if (fit.status != FitStatus::ok) return fit;
    fit.log_likelihood = result.value;
    fit.null_log_likelihood = null_likelihood(is_case, options, cases, controls);
    fill_coefficients(fit, design, result.parameters, *result.information, Intercept::present, 1);
    return fit;
}

double nagelkerke_r_squared(double base_log_likelihood, double full_log_likelihood,
                            std::int64_t samples) {
    auto const share = 2 / static_cast<double>(samples);
    auto const explained = 1 - portable_exp(share * (base_log_likelihood - full_log_likelihood));
    return explained / (1 - portable_exp(share * base_log_likelihood));
}

double liability_r_squared(double observed, double prevalence, double cases) {
    expect(prevalence > 0 && prevalence < 1, "a prevalence is between 0 and 1");
    expect(cases > 0 && cases < 1, "there are cases and controls");

    auto const threshold = -normal_quantile(prevalence);
    auto const density = portable_exp(-threshold * threshold / 2) / std::sqrt(2 * std::numbers::pi);
    auto const mean = density / prevalence;  // Of the liability of cases.
    auto const excess = (cases - prevalence) / (1 - prevalence);
    auto const theta = mean * excess * (mean * excess - threshold);
    auto const spread = prevalence * (1 - prevalence);
    auto const scale = spread * spread / (density * density * cases * (1 - cases));
    return observed * scale / (1 + observed * theta * scale);
}

}  // namespace maniple
