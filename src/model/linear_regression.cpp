#include "maniple/model/linear_regression.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "newton.hpp"

namespace maniple {
namespace {

constexpr double collinear = 1e-11;

struct Moments {
    double samples = 0;
    double mean = 0;
    std::vector<double> triangle;  // Of (1, columns)' (1, columns).
    std::vector<double> products;  // With the response less its mean.
};

Moments sum_moments(RegressionDesign const& design, std::span<double const> response,
                    Multiplicities times) {
    Moments moments;
    auto const rows = design.columns() + 1;
    moments.triangle.resize(static_cast<std::size_t>(triangle_size(rows)));
    moments.products.resize(static_cast<std::size_t>(rows));
    auto const weight = [&](std::size_t s) {
        return times.empty() ? 1.0 : static_cast<double>(times[s]);
    };
    double sum = 0;
    for (std::size_t s = 0; s < response.size(); ++s) {
        moments.samples += weight(s);
        sum += weight(s) * response[s];
    }
    moments.mean = sum / moments.samples;
    for (std::size_t s = 0; s < response.size(); ++s) {
        auto const w = weight(s);
        if (w == 0) continue;
        auto const row = design.row(static_cast<std::int64_t>(s));
        auto* triangle = moments.triangle.data();
        auto const y = response[s] - moments.mean;
        *triangle++ += w;
        moments.products[0] += w * y;
        for (std::size_t r = 0; r < row.size(); ++r) {
            auto const wx = w * row[r];
            moments.products[r + 1] += wx * y;
            *triangle++ += wx;
            for (std::size_t c = 0; c <= r; ++c) *triangle++ += wx * row[c];
        }
    }
    return moments;
}

}  // namespace

RegressionFit fit_linear(RegressionDesign const& design, std::span<double const> response,
                         Multiplicities times) {
    expect(std::ssize(response) == design.samples(), "every sample has a response");
    expect(times.empty() || times.size() == response.size(), "every sample has a multiplicity");

    RegressionFit fit;
    auto moments = sum_moments(design, response, times);
    SemidefiniteSolver const solver{std::move(moments.triangle), design.columns() + 1, collinear};
    fit.degrees_of_freedom = moments.samples - static_cast<double>(solver.rank());
    if (!(fit.degrees_of_freedom > 0)) {
        fit.status = FitStatus::too_few_samples;
        return fit;
    }
    auto parameters = moments.products;
    solver.solve(parameters);
    for (std::size_t s = 0; s < response.size(); ++s) {
        auto const w = times.empty() ? 1.0 : static_cast<double>(times[s]);
        auto const y = response[s] - moments.mean;
        auto const row = design.row(static_cast<std::int64_t>(s));
        double residual = y - parameters[0];
        for (std::size_t c = 0; c < row.size(); ++c) residual -= row[c] * parameters[c + 1];
        fit.total_squares += w * y * y;
        fit.residual_squares += w * residual * residual;
    }
    if (!std::isfinite(fit.total_squares)) {
        fit.status = FitStatus::out_of_range;
        return fit;
    }
    parameters[0] += moments.mean;
    fill_coefficients(fit, design, parameters, solver, Intercept::present,
                      fit.residual_squares / fit.degrees_of_freedom);
    return fit;
}

double r_squared(RegressionFit const& fit) {
    if (fit.status != FitStatus::ok || !(fit.total_squares > 0)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return std::fmax(0, 1 - fit.residual_squares / fit.total_squares);
}

}  // namespace maniple
