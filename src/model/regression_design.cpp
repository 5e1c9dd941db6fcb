#include "maniple/model/regression_design.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/core/contract.hpp"
#include "maniple/stats/spread.hpp"

namespace maniple {

RegressionDesign::RegressionDesign(std::int64_t samples,
                                   std::vector<std::span<double const>> const& columns)
    : samples_{samples},
      values_(static_cast<std::size_t>(samples) * columns.size()),
      means_(columns.size()),
      scales_(columns.size(), 1) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
        expect(std::ssize(columns[c]) == samples, "every column has a value per sample");
        expect(std::ranges::none_of(columns[c], [](double x) { return std::isnan(x); }),
               "no value is missing");
        auto const spread = spread_of(columns[c]);
        means_[c] = spread.mean;
        if (spread.is_constant) continue;
        scales_[c] = spread.standard_deviation;
        for (std::size_t s = 0; s < columns[c].size(); ++s) {
            values_[s * columns.size() + c] = (columns[c][s] - means_[c]) / scales_[c];
        }
    }
}

std::string_view to_string(FitStatus status) {
    switch (status) {
        case FitStatus::ok:
            return "ok";
        case FitStatus::one_class:
            return "one class";
        case FitStatus::too_few_samples:
            return "too few samples";
        case FitStatus::separated:
            return "separated";
        case FitStatus::not_converged:
            return "not converged";
        case FitStatus::not_followed:
            return "nobody followed to the horizon";
        case FitStatus::out_of_range:
            return "numbers too large to square";
    }
    return "";
}

std::vector<double> linear_predictor(RegressionDesign const& design, RegressionFit const& fit) {
    expect(std::ssize(fit.standardised) == design.columns() + 1, "a fit of this design");

    std::vector<double> predictor(static_cast<std::size_t>(design.samples()));
    for (std::int64_t s = 0; s < design.samples(); ++s) {
        auto const row = design.row(s);
        double sum = fit.standardised[0];
        for (std::size_t c = 0; c < row.size(); ++c) sum += row[c] * fit.standardised[c + 1];
        predictor[static_cast<std::size_t>(s)] = sum;
    }
    return predictor;
}

}  // namespace maniple
