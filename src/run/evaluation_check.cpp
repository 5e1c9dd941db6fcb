#include "evaluation_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace maniple {
namespace {

constexpr double largest = 1e300;  // Of what is drawn: differences of such numbers are numbers.

void require(bool holds, std::string const& what) {
    if (!holds) throw std::invalid_argument{what};
}

// NaN stands for what is not known.
bool is_drawable(double x) { return std::abs(x) <= largest; }

bool is_ascending(std::vector<double> const& values) {
    return std::ranges::all_of(values, is_drawable) &&
           std::ranges::adjacent_find(values, std::greater_equal{}) == values.end();
}

void check_counts(std::int64_t samples, std::int64_t cases) {
    require(samples >= -1 && cases >= -1, "a count below 0");
    require(samples < 0 || cases <= samples, "more cases than samples");
}

// Those of the bootstrap need not hold their estimate.
enum class IntervalRule : std::uint8_t { holds_estimate, lies_anywhere };

void check_interval(EvaluationRow const& row, IntervalRule rule) {
    auto const [estimate, lower, upper] = std::array{row.estimate, row.lower, row.upper};
    // Those of no width may lie beside their estimate by a rounding.
    auto const slack = 1e-9 * std::fmax(std::abs(lower), std::abs(upper));
    require(!(lower > upper), "an interval that ends before it begins");
    if (rule == IntervalRule::lies_anywhere) return;
    require(!(estimate < lower - slack) && !(estimate > upper + slack),
            "an estimate outside its interval");
}

// What a line's numbers may be.
enum class Range : std::uint8_t {
    any,
    share,           ///< 0 to 1, the interval too.
    share_estimate,  ///< Its interval may be an approximation that ends elsewhere.
    difference,      ///< Of shares: -1 to 1; likewise.
    ratio,           ///< Above 0.
    not_negative,
};

template <std::size_t size>
bool is_one_of(std::array<std::string_view, size> const& names, std::string_view name) {
    return std::ranges::count(names, name) > 0;
}

Range range_of_measure(std::string_view metric) {
    if (metric.ends_with("_i_squared")) return Range::share;
    bool const is_squares =
        metric.ends_with("_heterogeneity_q") || metric.ends_with("_tau_squared");
    return is_squares ? Range::not_negative : Range::any;
}

Range range_of_metric(std::string_view metric, Outcome outcome) {
    static constexpr std::array<std::string_view, 9> shares{
        "r2",      "r2_covariates",      "r2_full",     "auc", "auc_covariates", "auc_full",
        "c_index", "c_index_covariates", "c_index_full"};
    if (is_one_of(shares, metric)) return Range::share;
    if (metric.ends_with("_incremental")) return Range::difference;
    if (metric == "nagelkerke_r2") return Range::share_estimate;  // Pooled as it is.
    if (metric != "brier") return Range::any;
    // Of times to events people are weighed.
    return outcome == Outcome::binary ? Range::share_estimate : Range::not_negative;
}

Range range_of(EvaluationRow const& row, Outcome outcome) {
    static constexpr std::array<std::string_view, 4> ratios{"odds_ratio", "odds_ratio_per_sd",
                                                            "hazard_ratio", "hazard_ratio_per_sd"};
    if (is_one_of(ratios, row.metric)) return Range::ratio;
    switch (row.kind) {
        case RowKind::heterogeneity:
            return range_of_measure(row.metric);
        case RowKind::threshold:
            return Range::share;
        case RowKind::calibration:
        case RowKind::outcome:
            return outcome == Outcome::quantitative ? Range::any : Range::share;
        case RowKind::gap: {
            auto const own = range_of_metric(row.metric, outcome);
            bool const is_rate = row.metric.ends_with("_positive_rate");
            return own == Range::share || is_rate ? Range::difference : Range::any;
        }
        case RowKind::people:
        case RowKind::quantile:
            return Range::any;
        default:
            return range_of_metric(row.metric, outcome);
    }
}

bool is_within(double x, double least, double most) {
    constexpr double slack = 1e-9;
    return !(x < least - slack) && !(x > most + slack);
}

void check_range(EvaluationRow const& row, Outcome outcome) {
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    switch (range_of(row, outcome)) {
        case Range::any:
            return;
        case Range::share:
            require(is_within(row.lower, 0, 1) && is_within(row.upper, 0, 1),
                    "a share beyond 0 and 1");
            [[fallthrough]];
        case Range::share_estimate:
            return require(is_within(row.estimate, 0, 1), "a share beyond 0 and 1");
        case Range::difference:
            return require(is_within(row.estimate, -1, 1), "a difference of shares beyond 1");
        case Range::ratio:
            return require(!(row.estimate <= 0) && !(row.lower < 0), "a ratio that is not above 0");
        case Range::not_negative:
            return require(is_within(row.estimate, 0, infinity), "a sum of squares below 0");
    }
}

// \param evaluated  people; -1: not known.
void require_evaluated(std::int64_t samples, std::int64_t evaluated) {
    require(evaluated < 0 || samples <= evaluated, "more people than were evaluated");
}

void check_row(EvaluationRow const& row, EvaluationFile const& file) {
    check_counts(row.samples, row.cases);
    // The others are of people who were not evaluated as well.
    if (row.kind != RowKind::people) require_evaluated(row.samples, file.evaluated);
    check_interval(row, row.interval == "bootstrap" ? IntervalRule::lies_anywhere
                                                    : IntervalRule::holds_estimate);
    check_range(row, file.outcome);
    require(!(row.standard_error < 0), "a standard error below 0");
    require(!(row.neg_log10_p < -1e-9), "a p-value above 1");
    require(row.degrees_of_freedom >= -1 && row.undefined >= -1, "a count below 0");
}

void check_histogram(PeopleHistogram const& histogram, std::int64_t evaluated) {
    require(!histogram.bounds.empty() && is_ascending(histogram.bounds), "bounds in no order");
    require(histogram.step > 0 && is_drawable(histogram.step), "a step that is none");
    if (histogram.scale == HistogramScale::predicted_risk) {
        require(
            is_within(histogram.bounds.front(), 0, 1) && is_within(histogram.bounds.back(), 0, 1),
            "bounds of risks beyond 0 and 1");
    }
    std::int64_t people = 0;
    for (auto count : histogram.counts) {
        require(count >= 0, "a count below 0");
        require(count <= std::numeric_limits<std::int64_t>::max() - people, "counts without end");
        people += count;
    }
    require_evaluated(people, evaluated);
}

void check_curve(IncidenceCurve const& curve, std::int64_t evaluated) {
    constexpr double slack = 1e-4;
    check_counts(curve.samples, curve.events);
    require_evaluated(curve.samples, evaluated);
    require(is_ascending(curve.times), "times in no order");
    require(curve.times.empty() || curve.times.front() >= 0, "a time below 0");
    for (auto const* shares : {&curve.incidence, &curve.lower, &curve.upper}) {
        for (auto share : *shares) {
            require(!(share < 0) && !(share > 1), "a share that is none");
        }
    }
    for (std::size_t t = 0; t < curve.times.size(); ++t) {
        require(!std::isnan(curve.incidence[t]), "a share that is none");
        require(!(curve.incidence[t] < curve.lower[t] - slack) &&
                    !(curve.incidence[t] > curve.upper[t] + slack),
                "an estimate outside its interval");
        require(curve.at_risk[t] >= 0, "a count below 0");
    }
}

void check_line(CalibrationLine const& line) {
    require(line.samples >= -1, "a count below 0");
    if (line.status != FitStatus::ok) return;
    require(std::isfinite(line.centre) && std::isfinite(line.level), "a line that is none");
    require(line.level_variance >= 0 && line.slope_variance >= 0, "a variance below 0");
    require(!(line.residual_variance < 0), "a variance below 0");
    require(std::isnan(line.degrees_of_freedom) || line.degrees_of_freedom > 0,
            "no degrees of freedom");
}

void check_people(EvaluationFile const& file) {
    auto const& flow = file.flow;
    for (auto count : {flow.in_store, flow.asked, flow.trained, flow.without_trait,
                       flow.without_others, flow.recalibrating, file.evaluated}) {
        require(count >= -1, "a count below 0");
    }
    require(file.replicates >= 0 && file.least_people >= 1, "a count below 0");
    require(!file.horizon || (*file.horizon >= 0 && std::isfinite(*file.horizon)), "no time");
    require(!file.prevalence || (*file.prevalence >= 0 && *file.prevalence <= 1),
            "a share that is none");
    if (auto const& correction = file.recalibration) {
        require(correction->samples >= -1, "a count below 0");
    }
    for (auto const& level : file.levels) {
        require(level.training_samples >= -1 && level.variants >= -1, "a count below 0");
    }
    if (!file.origin) return;
    check_counts(file.origin->description.training_samples,
                 file.origin->description.training_cases);
    require(file.origin->variants >= -1, "a count below 0");
}

}  // namespace

void check_evaluation_file(EvaluationFile const& file) {
    check_people(file);
    for (auto const& row : file.rows) check_row(row, file);
    auto const& curves = file.curves;
    if (curves.histogram) check_histogram(*curves.histogram, file.evaluated);
    for (auto const& curve : curves.incidence) check_curve(curve, file.evaluated);
    if (!curves.line) return;
    check_line(*curves.line);
    require_evaluated(curves.line->samples, file.evaluated);
}

}  // namespace maniple
