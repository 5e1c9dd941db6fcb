#include "evaluation_tables.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <span>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/model/cox_regression.hpp"
#include "maniple/model/linear_regression.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "maniple/stats/heterogeneity.hpp"
#include "maniple/stats/kaplan_meier.hpp"
#include "maniple/stats/student_t.hpp"

namespace maniple {
namespace {

using Places = std::vector<std::size_t>;

std::vector<double> cuts_of(std::vector<double> values, int bins) {
    std::ranges::sort(values);
    std::vector<double> cuts;
    for (int b = 1; b < bins; ++b) cuts.push_back(quantile_of_sorted(values, 1.0 * b / bins));
    return cuts;
}

// Those of a group that fall between two cuts. Whoever equals a cut is below it.
std::vector<Places> divide(Places const& places, std::span<double const> values,
                           std::vector<double> const& cuts) {
    std::vector<Places> bins(cuts.size() + 1);
    for (auto place : places) {
        auto const bin = std::ranges::lower_bound(cuts, values[place]) - cuts.begin();
        bins[static_cast<std::size_t>(bin)].push_back(place);
    }
    return bins;
}

// Indicators of `bins` (all but the reference) after the covariates.
RegressionFit fit_indicators(EvaluatedPeople const& people,
                             std::vector<std::vector<double>> const& indicators) {
    std::vector<std::span<double const>> columns{people.covariates.begin(),
                                                 people.covariates.end()};
    columns.insert(columns.end(), indicators.begin(), indicators.end());
    RegressionDesign const design{people.size(), columns};
    switch (people.outcome) {
        case Outcome::binary:
            return fit_logistic(design, people.is_case);
        case Outcome::time_to_event:
            return fit_cox(design, PredictorOrder{people.values}, people.is_case);
        default:
            return fit_linear(design, people.values);
    }
}

std::string contrast_name(Outcome outcome) {
    switch (outcome) {
        case Outcome::binary:
            return "odds_ratio";
        case Outcome::time_to_event:
            return "hazard_ratio";
        default:
            return "difference";
    }
}

void fill_contrast(EvaluationRow& row, RegressionFit const& fit, std::size_t column,
                   Outcome outcome) {
    row.interval = "wald";
    row.status = to_string(fit.status);
    if (fit.status != FitStatus::ok) return;
    auto const& coefficient = fit.coefficients[column];
    if (std::isnan(coefficient.standard_error)) {
        row.status = "nobody";
        return;
    }
    bool const ratio = outcome != Outcome::quantitative;
    auto const half =
        (ratio ? normal_95() : student_t_95(fit.degrees_of_freedom)) * coefficient.standard_error;
    auto const scaled = [&](double x) { return ratio ? portable_exp(x) : x; };
    row.estimate = scaled(coefficient.value);
    row.lower = scaled(coefficient.value - half);
    row.upper = scaled(coefficient.value + half);
}

void count(EvaluationRow& row, EvaluatedPeople const& people, Places const& places) {
    auto const counts = count_people(people, places);
    row.samples = counts[0];
    if (counts.size() > 1) row.cases = counts[1];
}

constexpr std::size_t middle = 2;  // Of fifths.

std::vector<EvaluationRow> compare_fifths(EvaluatedGroup const& group, EvaluationData const& data,
                                          std::vector<Places> const& bins) {
    auto const& people = group.metrics->people();
    std::map<std::size_t, std::size_t> bin_of;
    for (std::size_t b = 0; b < bins.size(); ++b) {
        for (auto place : bins[b]) bin_of[place] = b;
    }
    std::vector<std::vector<double>> indicators;
    for (std::size_t b = 0; b < bins.size(); ++b) {
        if (b == middle) continue;
        indicators.emplace_back();
        for (auto place : group.places) indicators.back().push_back(bin_of[place] == b ? 1 : 0);
    }
    auto const fit = fit_indicators(people, indicators);
    std::vector<EvaluationRow> rows;
    auto column = people.covariates.size();
    for (std::size_t b = 0; b < bins.size(); ++b) {
        auto row = row_of(group, RowKind::quantile, contrast_name(people.outcome));
        row.part = fmt::format("fifth {}", b + 1);
        count(row, data.people, bins[b]);
        if (b == middle) {
            row.estimate = people.outcome == Outcome::quantitative ? 0 : 1;
            row.status = "reference";
        } else {
            fill_contrast(row, fit, column++, people.outcome);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

// The top tenth, twentieth and hundredth, each where it may be told.
void add_tails(EvaluatedGroup const& all, EvaluationData const& data, ToldCuts& told,
               std::vector<Places> const& fifths, std::vector<EvaluationRow>& rows) {
    auto ascending = data.people.score;
    std::ranges::sort(ascending);
    for (int percent : {10, 5, 1}) {
        PeopleCut const cut{quantile_of_sorted(ascending, 1 - percent / 100.0), EqualSide::below};
        auto row = row_of(all, RowKind::quantile, contrast_name(data.people.outcome));
        row.part = fmt::format("top {}%", percent);
        if (!told.tell({0, 1}, PeopleOrder::score, std::span{&cut, 1})) {
            row.samples = row.cases = -1;
            row.status = "suppressed";
            rows.push_back(std::move(row));
            continue;
        }
        Places tail;
        for (auto place : all.places) {
            if (data.people.score[place] > cut.at) tail.push_back(place);
        }
        auto places = fifths[middle];
        places.insert(places.end(), tail.begin(), tail.end());
        std::vector<double> indicator(places.size(), 1);
        std::fill_n(indicator.begin(), fifths[middle].size(), 0);
        count(row, data.people, tail);
        auto const people = select_people(data.people, places);
        fill_contrast(row, fit_indicators(people, {indicator}), people.covariates.size(),
                      people.outcome);
        rows.push_back(std::move(row));
    }
}

EvaluationRow withheld(EvaluatedGroup const& group, RowKind kind, std::string metric) {
    auto row = row_of(group, kind, std::move(metric));
    row.samples = row.cases = -1;
    row.status = "suppressed";
    return row;
}

double predicted_outcome(EvaluatedPeople const& people, std::size_t place) {
    switch (people.outcome) {
        case Outcome::binary:
            return logistic(people.prediction[place]);
        case Outcome::time_to_event:
            return people.risk[place];
        default:
            return people.prediction[place];
    }
}

double mean_prediction(EvaluatedPeople const& people, Places const& places) {
    double sum = 0;
    for (auto place : places) sum += predicted_outcome(people, place);
    return sum / static_cast<double>(places.size());
}

void observe(EvaluationRow& row, EvaluatedPeople const& people) {
    Proportion observed;
    switch (people.outcome) {
        case Outcome::binary:
            observed = wilson_interval(people.cases(), people.size());
            row.interval = "wilson";
            break;
        case Outcome::time_to_event:
            observed = cumulative_incidence(people.values, people.is_case, people.horizon);
            row.interval = "kaplan-meier";
            break;
        default: {
            auto const fit = fit_linear(RegressionDesign{people.size(), {}}, people.values);
            row.interval = "student";
            if (fit.status != FitStatus::ok) return;
            auto const half = student_t_95(fit.degrees_of_freedom) * fit.intercept.standard_error;
            observed = {fit.intercept.value, fit.intercept.value - half,
                        fit.intercept.value + half};
        }
    }
    row.estimate = observed.value;
    row.lower = observed.lower;
    row.upper = observed.upper;
}

// Where nobody was followed to the horizon, what happens until then is not known, unless everybody
// has had the event.
bool is_followed(EvaluatedPeople const& people) {
    if (people.outcome != Outcome::time_to_event) return true;
    return std::ranges::max(people.values) >= people.horizon || people.cases() == people.size();
}

// Lines of each bin: of predictions for `RowKind::calibration`, of the score else.
std::vector<EvaluationRow> compare_outcomes(EvaluatedGroup const& group, EvaluationData const& data,
                                            RowKind kind, std::vector<Places> const& bins) {
    constexpr std::size_t tenths = 10;
    bool const has_predictions = !data.people.prediction.empty();
    std::vector<EvaluationRow> rows;
    for (std::size_t b = 0; b < bins.size(); ++b) {
        auto predicted = row_of(group, kind, "predicted");
        predicted.part = fmt::format("{} {}", bins.size() == tenths ? "tenth" : "fifth", b + 1);
        count(predicted, data.people, bins[b]);
        auto observed = predicted;
        observed.metric = "observed";
        auto const people = select_people(data.people, bins[b]);
        if (bins[b].empty()) {
            predicted.status = observed.status = "nobody";
        } else if (!is_followed(people)) {
            predicted.status = observed.status = to_string(FitStatus::not_followed);
        } else {
            if (has_predictions) predicted.estimate = mean_prediction(data.people, bins[b]);
            observe(observed, people);
        }
        if (has_predictions) rows.push_back(std::move(predicted));
        rows.push_back(std::move(observed));
    }
    return rows;
}

// What people in bins between everybody's quantiles have in common.
struct BinTable {
    RowKind kind;
    std::string metric;  // of the line that says that a table is withheld
    PeopleOrder order;
    std::span<double const> values;
    int bins;
    CutDetail detail;
    std::function<std::vector<EvaluationRow>(EvaluatedGroup const&, std::vector<Places> const&)>
        compare;
    // Lines that only everybody's table has; may be empty.
    std::function<void(EvaluatedGroup const&, std::vector<Places> const&,
                       std::vector<EvaluationRow>&)>
        extend;
};

// Told whole or not at all: everybody's, and those of all groups of a factor.
void add_table(std::vector<EvaluatedGroup> const& groups, ToldCuts& told, BinTable const& table,
               std::vector<EvaluationRow>& rows) {
    auto const bounds = cuts_of({table.values.begin(), table.values.end()}, table.bins);
    std::vector<PeopleCut> cuts;
    for (auto bound : bounds) cuts.push_back({bound, EqualSide::below});
    for (auto const& range : factor_ranges(groups)) {
        bool const safe = told.tell(range, table.order, cuts, table.detail);
        for (auto g = range.first; g < range.last; ++g) {
            auto const& group = groups[g];
            if (!group.metrics) continue;
            if (!safe) {
                rows.push_back(withheld(group, table.kind, table.metric));
                continue;
            }
            auto const bins = divide(group.places, table.values, bounds);
            auto some = table.compare(group, bins);
            if (range.is_everybody() && table.extend) table.extend(group, bins, some);
            rows.insert(rows.end(), some.begin(), some.end());
        }
    }
}

}  // namespace

EvaluationRow row_of(EvaluatedGroup const& group, RowKind kind, std::string metric) {
    EvaluationRow row;
    row.kind = kind;
    row.metric = std::move(metric);
    row.factor = group.factor;
    row.group = group.name;
    if (group.suppressed) {
        row.status = "suppressed";
        return row;
    }
    row.samples = group.samples();
    if (group.metrics && !group.metrics->people().is_case.empty()) row.cases = group.cases();
    return row;
}

void add_quantiles(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                   ToldCuts& told, std::vector<EvaluationRow>& rows) {
    BinTable const table{
        .kind = RowKind::quantile,
        .metric = contrast_name(data.people.outcome),
        .order = PeopleOrder::score,
        .values = data.people.score,
        .bins = 5,
        .detail = CutDetail::classes,
        .compare = [&](auto const& group,
                       auto const& bins) { return compare_fifths(group, data, bins); },
        .extend = [&](auto const& all, auto const& bins,
                      auto& some) { add_tails(all, data, told, bins, some); }};
    add_table(groups, told, table, rows);
}

void add_calibration(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                     ToldCuts& told, std::vector<EvaluationRow>& rows) {
    if (data.people.prediction.empty()) return;
    bool const timed = data.people.outcome == Outcome::time_to_event;
    if (timed && data.people.risk.empty()) return;
    BinTable const table{.kind = RowKind::calibration,
                         .metric = "observed",
                         .order = PeopleOrder::prediction,
                         .values = data.people.prediction,
                         .bins = 10,
                         .detail = timed ? CutDetail::events_by_horizon : CutDetail::classes,
                         .compare =
                             [&](auto const& group, auto const& bins) {
                                 return compare_outcomes(group, data, RowKind::calibration, bins);
                             },
                         .extend = {}};
    add_table(groups, told, table, rows);
}

std::vector<std::vector<std::size_t>> divide_everybody(std::vector<double> const& score, int bins,
                                                       ToldCuts& told, CutDetail detail) {
    expect(bins >= 2, "two bins divide people");

    auto const bounds = cuts_of(score, bins);
    std::vector<PeopleCut> cuts;
    for (auto bound : bounds) cuts.push_back({bound, EqualSide::below});
    if (!told.tell({0, 1}, PeopleOrder::score, cuts, detail)) return {};
    Places all(score.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return divide(all, score, bounds);
}

void add_outcomes(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                  ToldCuts& told, std::vector<EvaluationRow>& rows) {
    if (data.people.outcome == Outcome::time_to_event) return;
    auto const& everybody = groups.front();
    for (int count : {10, 5}) {
        auto const bins = divide_everybody(data.people.score, count, told);
        if (bins.empty()) continue;
        auto const some = compare_outcomes(everybody, data, RowKind::outcome, bins);
        rows.insert(rows.end(), some.begin(), some.end());
        return;
    }
    rows.push_back(withheld(everybody, RowKind::outcome, "observed"));
}

}  // namespace maniple
