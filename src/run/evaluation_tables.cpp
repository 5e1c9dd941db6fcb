#include "evaluation_tables.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <span>

#include <fmt/format.h>

#include "evaluation_score.hpp"
#include "maniple/model/cox_regression.hpp"
#include "maniple/model/linear_regression.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "maniple/run/small_cells.hpp"
#include "maniple/stats/elementary.hpp"
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

bool any_small(EvaluatedPeople const& people, Places const& places, std::int64_t limit) {
    return std::ranges::any_of(count_people(people, places),
                               [&](std::int64_t count) { return is_small(count, limit); });
}

// May a table of these groups by these bins be told? Its margins are known, and so is what the
// suppressed groups hold together.
bool is_safe(std::span<EvaluatedGroup const> groups, EvaluationData const& data,
             std::function<std::vector<Places>(Places const&)> const& bins_of, std::int64_t limit) {
    Places pooled;
    auto const safe = [&](Places const& places) {
        return std::ranges::none_of(
            bins_of(places), [&](Places const& bin) { return any_small(data.people, bin, limit); });
    };
    for (auto const& group : groups) {
        if (group.suppressed) {
            pooled.insert(pooled.end(), group.places.begin(), group.places.end());
        } else if (!safe(group.places)) {
            return false;
        }
    }
    return safe(pooled);
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
            row.interval = "reference";
        } else {
            fill_contrast(row, fit, column++, people.outcome);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

void suppress_rows(std::vector<EvaluationRow>& rows, std::size_t r) {
    auto& row = rows[r];
    row.estimate = row.lower = row.upper = EvaluationRow::unknown;
    row.samples = row.cases = row.undefined = -1;
    row.status = "suppressed";
}

// The top tenth, twentieth and hundredth, each only while neither it nor what the one before has
// more is small.
void add_tails(EvaluatedGroup const& all, EvaluationData const& data,
               EvaluationRequest const& request, std::vector<Places> const& fifths,
               std::vector<EvaluationRow>& rows) {
    auto ascending = data.people.score;
    std::ranges::sort(ascending);
    auto told = fifths.back();
    for (int percent : {10, 5, 1}) {
        auto const cut = quantile_of_sorted(ascending, 1 - percent / 100.0);
        Places tail;
        Places rest;
        for (auto place : told) (data.people.score[place] > cut ? tail : rest).push_back(place);
        auto row = row_of(all, RowKind::quantile, contrast_name(data.people.outcome));
        row.part = fmt::format("top {}%", percent);
        row.samples = row.cases = -1;
        auto const limit = request.least_people;
        if (tail.empty() || any_small(data.people, tail, limit) ||
            any_small(data.people, rest, limit)) {
            row.status = "suppressed";
            rows.push_back(std::move(row));
            continue;
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
        told = std::move(tail);
    }
}

EvaluationRow withheld(EvaluatedGroup const& group, RowKind kind, std::string metric) {
    auto row = row_of(group, kind, std::move(metric));
    row.samples = row.cases = -1;
    row.status = "suppressed";
    return row;
}

// Suppress lines of small bins of everybody; `lines` per bin.
void suppress_bins(std::vector<EvaluationRow>& rows, std::vector<Places> const& bins,
                   EvaluatedPeople const& people, std::int64_t limit, std::size_t lines) {
    std::vector<std::vector<std::int64_t>> counts;
    for (auto const& bin : bins) counts.push_back(count_people(people, bin));
    auto const suppressed = suppress_small(counts, limit);
    for (std::size_t b = 0; b < bins.size(); ++b) {
        for (std::size_t line = 0; suppressed[b] && line < lines; ++line) {
            suppress_rows(rows, b * lines + line);
        }
    }
}

double predicted_outcome(EvaluationData const& data, EvaluationRequest const& request, double x) {
    switch (data.people.outcome) {
        case Outcome::binary:
            return logistic(x);
        case Outcome::time_to_event:
            return 1 - portable_exp(-cumulative_hazard(data.score.baseline, *request.horizon) *
                                    portable_exp(x));
        default:
            return x;
    }
}

void observe(EvaluationRow& row, EvaluatedPeople const& people, EvaluationRequest const& request) {
    Proportion observed;
    switch (people.outcome) {
        case Outcome::binary:
            observed = wilson_interval(people.cases(), people.size());
            row.interval = "wilson";
            break;
        case Outcome::time_to_event:
            observed = cumulative_incidence(people.values, people.is_case, *request.horizon);
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

std::vector<EvaluationRow> compare_tenths(EvaluatedGroup const& group, EvaluationData const& data,
                                          EvaluationRequest const& request,
                                          std::vector<Places> const& bins) {
    std::vector<EvaluationRow> rows;
    for (std::size_t b = 0; b < bins.size(); ++b) {
        auto predicted = row_of(group, RowKind::calibration, "predicted");
        predicted.part = fmt::format("tenth {}", b + 1);
        count(predicted, data.people, bins[b]);
        auto observed = predicted;
        observed.metric = "observed";
        if (bins[b].empty()) {
            predicted.status = observed.status = "nobody";
        } else {
            double sum = 0;
            for (auto place : bins[b]) {
                sum += predicted_outcome(data, request, data.people.prediction[place]);
            }
            predicted.estimate = sum / static_cast<double>(bins[b].size());
            observe(observed, select_people(data.people, bins[b]), request);
        }
        rows.push_back(std::move(predicted));
        rows.push_back(std::move(observed));
    }
    return rows;
}

// What people in bins between everybody's quantiles have in common.
struct BinTable {
    RowKind kind;
    std::string metric;  // of the line that says that a group's table is withheld
    std::span<double const> values;
    int bins;
    std::size_t lines;  // per bin
    std::function<std::vector<EvaluationRow>(EvaluatedGroup const&, std::vector<Places> const&)>
        compare;
    // Lines that only everybody's table has; may be empty.
    std::function<void(EvaluatedGroup const&, std::vector<Places> const&,
                       std::vector<EvaluationRow>&)>
        extend;
};

// Small bins of everybody are suppressed one by one; the tables of a factor's groups are told
// together or not at all.
void add_table(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
               EvaluationRequest const& request, BinTable const& table,
               std::vector<EvaluationRow>& rows) {
    auto const cuts = cuts_of({table.values.begin(), table.values.end()}, table.bins);
    auto const bins_of = [&](Places const& places) { return divide(places, table.values, cuts); };
    for (auto const& range : factor_ranges(groups)) {
        auto const part = std::span{groups}.subspan(range.first, range.last - range.first);
        bool const everybody = range.first == 0;
        bool const safe = everybody || is_safe(part, data, bins_of, request.least_people);
        for (auto const& group : part) {
            if (!group.metrics) continue;
            if (!safe) {
                rows.push_back(withheld(group, table.kind, table.metric));
                continue;
            }
            auto const bins = bins_of(group.places);
            auto some = table.compare(group, bins);
            if (everybody) {
                suppress_bins(some, bins, data.people, request.least_people, table.lines);
                if (table.extend) table.extend(group, bins, some);
            }
            rows.insert(rows.end(), some.begin(), some.end());
        }
    }
}

}  // namespace

std::vector<GroupRange> factor_ranges(std::vector<EvaluatedGroup> const& groups) {
    std::vector<GroupRange> ranges;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        if (ranges.empty() || groups[g].factor != groups[g - 1].factor) ranges.push_back({g, g});
        ranges.back().last = g + 1;
    }
    return ranges;
}

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
                   EvaluationRequest const& request, std::vector<EvaluationRow>& rows) {
    BinTable const table{
        .kind = RowKind::quantile,
        .metric = contrast_name(data.people.outcome),
        .values = data.people.score,
        .bins = 5,
        .lines = 1,
        .compare = [&](auto const& group,
                       auto const& bins) { return compare_fifths(group, data, bins); },
        .extend =
            [&](auto const& all, auto const& bins, auto& some) {
                bool const told =
                    some.back().status != "suppressed" && some[middle].status != "suppressed";
                if (told) add_tails(all, data, request, bins, some);
            }};
    add_table(groups, data, request, table, rows);
}

void add_calibration(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                     EvaluationRequest const& request, std::vector<EvaluationRow>& rows) {
    if (data.people.prediction.empty()) return;
    bool const timed = data.people.outcome == Outcome::time_to_event;
    if (timed && (!request.horizon || data.score.baseline.times.empty())) return;
    BinTable const table{
        .kind = RowKind::calibration,
        .metric = "observed",
        .values = data.people.prediction,
        .bins = 10,
        .lines = 2,
        .compare = [&](auto const& group,
                       auto const& bins) { return compare_tenths(group, data, request, bins); },
        .extend = {}};
    add_table(groups, data, request, table, rows);
}

}  // namespace maniple
