#include "leave_one_out_pooling.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/elementary.hpp"
#include "maniple/stats/heterogeneity.hpp"

namespace maniple {
namespace {

bool is_pooled(EvaluationRow const& row) {
    return row.kind == RowKind::estimate && row.status == "ok" &&
           std::isfinite(row.standard_error) && row.standard_error > 0;
}

// To the scale of pooling, and back.
struct Transform {
    std::string_view name;
    Estimate (*to)(double value, double standard_error);
    double (*back)(double value);
};

constexpr Transform plain{"as it is",
                          [](double x, double error) {
                              return Estimate{x, error};
                          },
                          [](double x) { return x; }};

// Standard errors of ratios are those of their logarithms already.
constexpr Transform logarithm{"logarithm",
                              [](double x, double error) {
                                  return Estimate{portable_log(x), error};
                              },
                              [](double x) { return portable_exp(x); }};

constexpr Transform log_odds{"log odds",
                             [](double x, double error) {
                                 return Estimate{portable_log(x / (1 - x)), error / (x * (1 - x))};
                             },
                             [](double x) { return 1 / (1 + portable_exp(-x)); }};

// No share is negative: below z = 0 there is nothing but 0.
constexpr Transform fisher_z{"Fisher's z",
                             [](double x, double error) {
                                 auto const root = std::sqrt(x);
                                 return Estimate{(portable_log1p(root) - portable_log1p(-root)) / 2,
                                                 error / (2 * root * (1 - x))};
                             },
                             [](double z) {
                                 if (z <= 0) return 0.0;
                                 auto const root = 1 - 2 / (portable_exp(2 * z) + 1);
                                 return root * root;
                             }};

Transform const& transform_of(std::string_view metric) {
    static constexpr std::array<std::string_view, 6> areas{
        "auc", "auc_covariates", "auc_full", "c_index", "c_index_covariates", "c_index_full"};
    static constexpr std::array<std::string_view, 3> squares{"r2", "r2_covariates", "r2_full"};
    if (std::ranges::count(areas, metric) > 0) return log_odds;
    if (std::ranges::count(squares, metric) > 0) return fisher_z;
    return metric.find("_ratio_") == std::string_view::npos ? plain : logarithm;
}

std::vector<std::string> list_metrics(std::vector<JudgedLevel> const& levels) {
    std::vector<std::string> metrics;
    for (auto const& level : levels) {
        for (auto const& row : level.rows) {
            if (!is_pooled(row) || std::ranges::count(metrics, row.metric) > 0) continue;
            metrics.push_back(row.metric);
        }
    }
    return metrics;
}

// One metric of the levels that have it, and their people together.
struct PooledMetric {
    std::vector<Estimate> estimates;
    EvaluationRow line;
};

PooledMetric gather(std::string const& column, std::vector<JudgedLevel> const& levels,
                    std::string const& metric) {
    PooledMetric pooled;
    auto& line = pooled.line;
    line.metric = metric;
    line.factor = column;
    for (auto const& level : levels) {
        for (auto const& row : level.rows) {
            if (row.metric != metric || !is_pooled(row)) continue;
            auto const estimate = transform_of(metric).to(row.estimate, row.standard_error);
            if (!std::isfinite(estimate.value) || !std::isfinite(estimate.standard_error)) continue;
            pooled.estimates.push_back(estimate);
            line.samples = std::max<std::int64_t>(line.samples, 0) + row.samples;
            if (row.cases >= 0) line.cases = std::max<std::int64_t>(line.cases, 0) + row.cases;
        }
    }
    line.part = fmt::format("{} of {} levels", pooled.estimates.size(), levels.size());
    return pooled;
}

EvaluationRow measure(std::string const& column, std::string metric, std::string_view scale,
                      double value) {
    EvaluationRow row;
    row.kind = RowKind::heterogeneity;
    row.metric = std::move(metric);
    row.factor = column;
    row.part = scale;
    row.estimate = value;
    return row;
}

void add_metric(std::string const& column, std::vector<JudgedLevel> const& levels,
                std::string const& metric, std::vector<EvaluationRow>& means,
                std::vector<EvaluationRow>& tests) {
    auto const& transform = transform_of(metric);
    auto const pooled = gather(column, levels, metric);
    if (pooled.estimates.empty()) return;
    auto const effects = pool_random_effects(pooled.estimates);
    auto mean = pooled.line;
    mean.kind = RowKind::pooled;
    mean.interval = effects.groups > 1 ? "hartung-knapp" : "wald";
    mean.estimate = transform.back(effects.mean);
    mean.lower = transform.back(effects.lower);
    mean.upper = transform.back(effects.upper);
    means.push_back(mean);
    if (effects.groups > 2) {
        mean.kind = RowKind::new_level;
        mean.interval = "prediction";
        mean.lower = transform.back(effects.prediction_lower);
        mean.upper = transform.back(effects.prediction_upper);
        means.push_back(std::move(mean));
    }
    auto q = measure(column, metric, transform.name, EvaluationRow::unknown);
    fill_heterogeneity(q, cochran_q(pooled.estimates));
    tests.push_back(std::move(q));
    if (effects.groups < 2) return;
    tests.push_back(measure(column, metric + "_tau_squared", transform.name, effects.tau_squared));
    tests.push_back(measure(column, metric + "_i_squared", {}, effects.i_squared));
}

}  // namespace

std::vector<EvaluationRow> pool_levels(std::string const& column,
                                       std::vector<JudgedLevel> const& levels) {
    std::vector<EvaluationRow> means;
    std::vector<EvaluationRow> tests;
    for (auto const& metric : list_metrics(levels)) {
        add_metric(column, levels, metric, means, tests);
    }
    means.insert(means.end(), tests.begin(), tests.end());
    return means;
}

std::string_view pooling_scale(std::string_view metric) { return transform_of(metric).name; }

}  // namespace maniple
