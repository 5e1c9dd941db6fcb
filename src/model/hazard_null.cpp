#include "maniple/model/hazard_null.hpp"

#include "maniple/core/contract.hpp"
#include "maniple/model/cox_regression.hpp"

namespace maniple {

HazardNull fit_hazard_null(CovariateBasis const& made, std::int64_t all,
                           EventTimes const& outcome) {
    auto const rows = made.samples.size();
    expect(outcome.times.size() == rows && outcome.is_event.size() == rows,
           "every sample has a time, and an event or none");
    expect(outcome.offset.empty() || outcome.offset.size() == rows, "every sample has an offset");

    std::vector<std::span<double const>> columns;
    for (std::int64_t c = 1; c < made.basis.columns(); ++c) columns.push_back(made.basis.column(c));
    RegressionDesign const design{std::ssize(made.samples), columns};
    auto const fit = fit_cox(design, PredictorOrder{outcome.times}, outcome.is_event,
                             {.offset = outcome.offset});
    HazardNull null{.status = fit.status, .log_likelihood = fit.log_likelihood};
    if (fit.status != FitStatus::ok) return null;
    null.predictor = linear_predictor(design, fit);
    for (std::size_t i = 0; i < outcome.offset.size(); ++i) null.predictor[i] += outcome.offset[i];
    null.risk_sets = RiskSets{made.samples, all, outcome.times, outcome.is_event, null.predictor};
    auto const by_place = null.risk_sets.expected_events();
    auto const places = null.risk_sets.places();
    for (std::size_t i = 0; i < rows; ++i) {
        auto const place = static_cast<std::size_t>(places[made.samples[i].at()]);
        null.expected.push_back(by_place[place]);
        null.residuals.push_back((outcome.is_event[i] != 0 ? 1 : 0) - by_place[place]);
    }
    return null;
}

}  // namespace maniple
