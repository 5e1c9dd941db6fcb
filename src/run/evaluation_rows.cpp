#include "maniple/run/evaluation_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "evaluation_groups.hpp"
#include "evaluation_histogram.hpp"
#include "evaluation_incidence.hpp"
#include "evaluation_score.hpp"
#include "evaluation_tables.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/small_cells.hpp"
#include "maniple/stats/heterogeneity.hpp"

namespace maniple {
namespace {

void require_two_classes(EvaluationData const& data, EvaluationRequest const& request) {
    auto const& people = data.people;
    std::vector<std::size_t> all(people.score.size());
    for (std::size_t p = 0; p < all.size(); ++p) all[p] = p;
    auto const counts = count_people(people, all);
    auto const limit = request.least_people;
    if (people.outcome == Outcome::binary && (counts[1] == 0 || counts[2] == 0)) {
        throw UserError{fmt::format(
            "trait '{}' has one class among the samples evaluated (all are {}); a score is judged "
            "by cases and controls: choose other samples",
            data.trait, counts[1] == 0 ? "controls" : "cases")};
    }
    if (people.outcome == Outcome::time_to_event && counts[1] == 0) {
        throw UserError{
            fmt::format("'{}' has no events among the samples evaluated; choose other "
                        "samples or a longer follow-up",
                        data.trait)};
    }
    if (std::ranges::any_of(counts, [&](std::int64_t c) { return is_small(c, limit); })) {
        throw UserError{fmt::format(
            "fewer than {} samples{} are left to evaluate (numbers of so few tell of each of "
            "them); choose more samples",
            limit, people.is_case.empty() ? "" : ", or cases, or controls,")};
    }
    auto const [least, most] = std::ranges::minmax(people.score);
    if (!(least < most)) {
        throw UserError{
            fmt::format("score '{}' is the same for all samples evaluated; there is "
                        "nothing to evaluate",
                        data.score.name)};
    }
    if (people.outcome == Outcome::quantitative) {
        auto const [low, high] = std::ranges::minmax(people.values);
        if (!(low < high)) {
            throw UserError{fmt::format(
                "trait '{}' is the same for all samples evaluated; choose another trait",
                data.trait)};
        }
    }
}

std::int64_t count_undefined(std::vector<double> const& replicates) {
    if (replicates.empty()) return -1;
    return std::ranges::count_if(replicates, [](double x) { return std::isnan(x); });
}

void add_estimates(std::vector<EvaluatedGroup> const& groups, std::vector<EvaluationRow>& rows) {
    for (auto const& group : groups) {
        if (!group.metrics) {
            // A group that is empty or suppressed has one line to say so.
            auto row = row_of(group, RowKind::estimate, "all");
            if (!group.suppressed) row.status = "nobody";
            rows.push_back(std::move(row));
            continue;
        }
        for (std::size_t v = 0; v < group.values.size(); ++v) {
            auto const& value = group.values[v];
            auto row = row_of(group, RowKind::estimate, std::string{to_string(value.metric)});
            if (group.hides(value.metric)) {
                row.status = "suppressed";
                rows.push_back(std::move(row));
                continue;
            }
            row.estimate = value.value;
            row.standard_error = value.standard_error;
            row.scale = is_ratio(value.metric) ? RowScale::logarithmic : RowScale::plain;
            row.lower = value.lower;
            row.upper = value.upper;
            row.interval = to_string(value.interval);
            row.undefined = count_undefined(group.replicates[v]);
            row.status = to_string(value.status);
            rows.push_back(std::move(row));
        }
    }
}

// Two independent groups: replicates of one less those of the other.
void fill_gap(EvaluationRow& row, EvaluatedGroup const& group, EvaluatedGroup const& reference,
              std::size_t v) {
    auto const& own = group.values[v];
    auto const& base = reference.values[v];
    if (group.hides(own.metric) || reference.hides(own.metric)) {
        row.status = "suppressed";
        return;
    }
    row.interval = to_string(own.interval);
    if (own.status != FitStatus::ok || base.status != FitStatus::ok) {
        row.status = to_string(own.status != FitStatus::ok ? own.status : base.status);
        return;
    }
    if (own.interval == IntervalKind::bootstrap) {
        row.estimate = own.value - base.value;
        auto differences = group.replicates[v];
        for (std::size_t b = 0; b < differences.size(); ++b) {
            differences[b] -= reference.replicates[v][b];
        }
        row.undefined = count_undefined(differences);
        auto const summary = summarize_replicates(std::move(differences));
        row.lower = summary.lower;
        row.upper = summary.upper;
        return;
    }
    auto const half = normal_95() * std::hypot(own.standard_error, base.standard_error);
    if (is_ratio(own.metric)) {
        row.estimate = own.value / base.value;
        row.lower = row.estimate * portable_exp(-half);
        row.upper = row.estimate * portable_exp(half);
    } else {
        row.estimate = own.value - base.value;
        row.lower = row.estimate - half;
        row.upper = row.estimate + half;
    }
}

void add_gaps(std::span<EvaluatedGroup const> groups, std::size_t reference,
              std::vector<EvaluationRow>& rows) {
    auto const& base = groups[reference];
    for (auto const& group : groups) {
        if (!group.metrics || !base.metrics || &group == &base) continue;
        for (std::size_t v = 0; v < group.values.size(); ++v) {
            auto const metric = group.values[v].metric;
            auto row = row_of(group, RowKind::gap, std::string{to_string(metric)});
            row.part = fmt::format("{} {}", is_ratio(metric) ? "over" : "less", base.name);
            fill_gap(row, group, base, v);
            rows.push_back(std::move(row));
        }
    }
}

// Those of a recalibration are known even where the others are not.
EvaluationRow training_row(EvaluationData const& data) {
    EvaluationRow row;
    row.kind = RowKind::people;
    row.metric = "used_in_training";
    bool const is_known = data.score.training == Training::known;
    if (is_known || data.flow.trained > 0) row.samples = data.flow.trained;
    if (!is_known) row.status = "not known of the others";
    return row;
}

void add_heterogeneity(std::span<EvaluatedGroup const> groups, std::vector<EvaluationRow>& rows) {
    auto const first =
        std::ranges::find_if(groups, [](auto const& g) { return g.metrics != nullptr; });
    if (first == groups.end()) return;
    for (std::size_t v = 0; v < first->values.size(); ++v) {
        auto const metric = first->values[v].metric;
        std::vector<Estimate> estimates;
        for (auto const& group : groups) {
            if (!group.metrics || group.values[v].status != FitStatus::ok) continue;
            if (group.hides(metric)) continue;
            auto const& value = group.values[v];
            estimates.push_back(
                {is_ratio(metric) ? portable_log(value.value) : value.value, value.standard_error});
        }
        auto const test = cochran_q(estimates);
        EvaluationRow row;
        row.kind = RowKind::heterogeneity;
        row.metric = to_string(metric);
        row.factor = first->factor;
        fill_heterogeneity(row, test);
        rows.push_back(std::move(row));
    }
}

// Without a baseline hazard predictions are not of a number of events.
std::optional<CalibrationLine> calibrate(EvaluationData const& data) {
    auto const& people = data.people;
    std::vector<double> hazards;
    if (people.outcome == Outcome::time_to_event) {
        if (data.score.baseline.times.empty()) return std::nullopt;
        for (auto time : people.values) {
            hazards.push_back(cumulative_hazard(data.score.baseline, time));
        }
    }
    return fit_calibration_line(people, hazards);
}

// Everything but the replicates is known here: rank zero alone makes lines of it.
Evaluation make_evaluation(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                           EvaluationRequest const& request) {
    Evaluation found{.rows = {training_row(data)}, .curves = {}};
    auto& rows = found.rows;
    add_estimates(groups, rows);
    std::size_t factor = 0;
    for (auto const& range : factor_ranges(groups)) {
        if (range.first == 0) continue;
        auto const part = std::span{groups}.subspan(range.first, range.last - range.first);
        add_gaps(part, data.factors[factor++].reference, rows);
        add_heterogeneity(part, rows);
    }
    ToldCuts told{groups, data, request};
    add_quantiles(groups, data, told, rows);
    add_calibration(groups, data, told, rows);
    if (data.people.outcome == Outcome::binary) add_thresholds(groups, data, request, told, rows);
    // Pictures come last: they take no table's place.
    add_outcomes(groups, data, told, rows);
    found.curves = {.histogram = make_histogram(data, told),
                    .incidence = make_incidence(data, request, told),
                    .line = {}};
    if (!data.people.prediction.empty()) found.curves.line = calibrate(data);
    return found;
}

}  // namespace

std::string_view main_metric(Outcome outcome) {
    switch (outcome) {
        case Outcome::binary:
            return "auc";
        case Outcome::time_to_event:
            return "c_index";
        default:
            return "r2";
    }
}

void fill_heterogeneity(EvaluationRow& row, Heterogeneity const& test) {
    row.metric += "_heterogeneity_q";
    if (std::isnan(test.statistic)) {
        row.status = "fewer than two groups";
        return;
    }
    row.estimate = test.statistic;
    row.neg_log10_p = test.neg_log10_p;
    row.degrees_of_freedom = test.degrees_of_freedom;
}

void require_options_of(Outcome outcome, EvaluationRequest const& request) {
    if (request.horizon && outcome != Outcome::time_to_event) {
        throw UserError{"--horizon is for times to an event; leave it out"};
    }
    if (outcome == Outcome::binary) return;
    if (!request.thresholds.empty()) {
        throw UserError{"--threshold is for binary traits; leave it out"};
    }
    if (request.prevalence) {
        throw UserError{"--prevalence is for binary traits; leave it out"};
    }
}

Evaluation evaluate_people(EvaluationData const& data, EvaluationRequest const& request,
                           mpi::Communicator const& comm) {
    require_two_classes(data, request);
    auto groups = make_groups(data, request);
    bootstrap_groups(groups, request, comm);
    Evaluation found;
    together(comm, [&] {
        if (comm.is_root()) found = make_evaluation(groups, data, request);
    });
    return found;
}

}  // namespace maniple
