#include "evaluation_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
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

void check_interval(double estimate, double lower, double upper, bool holds_estimate) {
    // Those of no width may lie beside their estimate by a rounding.
    auto const slack = 1e-9 * std::fmax(std::abs(lower), std::abs(upper));
    require(!(lower > upper), "an interval that ends before it begins");
    if (!holds_estimate) return;
    require(!(estimate < lower - slack) && !(estimate > upper + slack),
            "an estimate outside its interval");
}

// Shares of pairs and of variance.
void check_range(EvaluationRow const& row) {
    static constexpr std::array<std::string_view, 9> shares{
        "r2",      "r2_covariates",      "r2_full",     "auc", "auc_covariates", "auc_full",
        "c_index", "c_index_covariates", "c_index_full"};
    constexpr double slack = 1e-9;
    bool const is_share = row.kind == RowKind::estimate &&
                          std::ranges::count(shares, std::string_view{row.metric}) > 0;
    if (!is_share) return;
    for (auto x : {row.estimate, row.lower, row.upper}) {
        require(!(x < -slack) && !(x > 1 + slack), "a share that is none");
    }
}

void check_row(EvaluationRow const& row) {
    check_counts(row.samples, row.cases);
    check_interval(row.estimate, row.lower, row.upper, row.interval != "bootstrap");
    check_range(row);
    require(!(row.standard_error < 0), "a standard error below 0");
    require(!(row.neg_log10_p < -1e-9), "a p-value above 1");
    require(row.degrees_of_freedom >= -1 && row.undefined >= -1, "a count below 0");
}

void check_histogram(PeopleHistogram const& histogram) {
    require(!histogram.bounds.empty() && is_ascending(histogram.bounds), "bounds in no order");
    require(histogram.step > 0 && is_drawable(histogram.step), "a step that is none");
    require(std::ranges::none_of(histogram.counts, [](auto count) { return count < 0; }),
            "a count below 0");
}

void check_curve(IncidenceCurve const& curve) {
    constexpr double slack = 1e-4;
    check_counts(curve.samples, curve.events);
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
    for (auto const& row : file.rows) check_row(row);
    if (file.curves.histogram) check_histogram(*file.curves.histogram);
    for (auto const& curve : file.curves.incidence) check_curve(curve);
    if (file.curves.line) check_line(*file.curves.line);
}

}  // namespace maniple
