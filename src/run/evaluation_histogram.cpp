#include "evaluation_histogram.hpp"

#include <algorithm>
#include <limits>

#include "evaluation_score.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "round_cells.hpp"

namespace maniple {
namespace {

HistogramScale scale_of(EvaluatedPeople const& people) {
    bool const timed = people.outcome == Outcome::time_to_event;
    if (people.prediction.empty() || (timed && people.risk.empty())) return HistogramScale::score;
    return people.outcome == Outcome::quantitative ? HistogramScale::predicted_value
                                                   : HistogramScale::predicted_risk;
}

// From a bound to the score or prediction that people are put in order by. Infinite where a risk is
// 0 or 1.
double order_at(double bound, HistogramScale scale, EvaluationData const& data) {
    if (scale != HistogramScale::predicted_risk) return bound;
    if (bound <= 0) return -std::numeric_limits<double>::infinity();
    if (bound >= 1) return std::numeric_limits<double>::infinity();
    if (data.people.outcome == Outcome::binary) return portable_log(bound / (1 - bound));
    auto const hazard = cumulative_hazard(data.score.baseline, data.people.horizon);
    return portable_log(-portable_log1p(-bound) / hazard);
}

std::vector<double> shown_values(EvaluatedPeople const& people, HistogramScale scale) {
    if (scale == HistogramScale::score) return people.score;
    if (scale == HistogramScale::predicted_value) return people.prediction;
    if (people.outcome == Outcome::time_to_event) return people.risk;
    std::vector<double> risks;
    for (auto x : people.prediction) risks.push_back(logistic(x));
    return risks;
}

}  // namespace

std::optional<PeopleHistogram> make_histogram(EvaluationData const& data, ToldCuts& told) {
    auto const& people = data.people;
    auto const scale = scale_of(people);
    auto const order =
        scale == HistogramScale::score ? PeopleOrder::score : PeopleOrder::prediction;
    auto ascending = order == PeopleOrder::score ? people.score : people.prediction;
    std::ranges::sort(ascending);
    auto const below = [&](double bound) -> std::optional<std::int64_t> {
        PeopleCut const cut{order_at(bound, scale, data), EqualSide::below};
        if (!told.tell({0, 1}, order, std::span{&cut, 1}, CutDetail::people)) return std::nullopt;
        return std::ranges::upper_bound(ascending, cut.at) - ascending.begin();
    };
    auto histogram = make_cells(shown_values(people, scale), below);
    if (histogram) histogram->scale = scale;
    return histogram;
}

}  // namespace maniple
