#include "reporting_items.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "evaluation_words.hpp"
#include "maniple/core/readable.hpp"
#include "reading_parts.hpp"

namespace maniple {
namespace {

std::string describe_outcome(EvaluationFile const& file) {
    std::string kind = file.outcome == Outcome::binary          ? "binary"
                       : file.outcome == Outcome::time_to_event ? "time to an event"
                                                                : "quantitative";
    auto text = fmt::format("'{}' ({})", file.trait, kind);
    if (file.horizon) text += fmt::format(", by time {}", given_number(*file.horizon));
    return text;
}

std::string describe_sample(EvaluationFile const& file) {
    std::string text;
    if (file.evaluated >= 0) {
        text = fmt::format("{} people evaluated", grouped(file.evaluated));
        auto const* row = find_row(file, {.metric = main_metric(file.outcome)});
        if (row != nullptr && row->cases >= 0) {
            text += fmt::format(", {} {}", grouped(row->cases), noun_of_cases(file.outcome));
        }
    }
    for (auto const& factor : list_factors(file)) {
        auto const rows = find_rows(file, {.metric = main_metric(file.outcome), .factor = factor});
        std::vector<std::string> groups;
        for (auto const* row : rows) {
            if (row->samples >= 0) {
                groups.push_back(fmt::format("{} {}", row->group, grouped(row->samples)));
            }
        }
        if (!groups.empty()) {
            text +=
                fmt::format("{}{}: {}", text.empty() ? "" : "; ", factor, fmt::join(groups, ", "));
        }
    }
    return text;
}

// Of a table of scores nobody knows how they were made.
bool is_computed(EvaluationFile const& file) {
    return !file.model.empty() && file.scores_table.empty();
}

std::string describe_missing(EvaluationFile const& file) {
    if (!file.left_out.empty()) return "";
    return fmt::format(
        "Complete cases; left out: {} without the trait, {} more without score or covariate. {}",
        grouped(file.flow.without_trait), grouped(file.flow.without_others),
        is_computed(file) ? "Missing genotypes count their mean"
                          : "How missing genotypes were counted in the score is not known");
}

std::string describe_study(EvaluationFile const& file) {
    if (!file.left_out.empty()) {
        return "Development, and validation where each score was not trained";
    }
    return file.training_is_known
               ? "Validation on people who were not used in training"
               : "Validation; whether these people were used in training is not known";
}

std::string describe_construction(EvaluationFile const& file) {
    if (!file.left_out.empty()) return "Fitted to everybody but one level, for each level";
    std::string text = fmt::format("Score '{}'", file.score);
    if (!file.model.empty()) text += fmt::format(" of model '{}'", file.model);
    if (!file.origin) return text;
    auto const& origin = *file.origin;
    text += fmt::format(": {}, {} variants", origin.description.method, grouped(origin.variants));
    if (!origin.genome_build.empty()) text += fmt::format(", {}", origin.genome_build);
    if (origin.description.training_samples > 0) {
        text += fmt::format("; trained on {} people", grouped(origin.description.training_samples));
        if (origin.description.training_cases > 0) {
            text += fmt::format(" with {} {}", grouped(origin.description.training_cases),
                                noun_of_cases(file.outcome));
        }
    }
    return text;
}

std::string describe_model_type(EvaluationFile const& file) {
    switch (file.outcome) {
        case Outcome::binary:
            return "Logistic regression";
        case Outcome::time_to_event:
            return "Cox regression (proportional hazards)";
        default:
            return "Linear regression";
    }
}

std::string describe_integration(EvaluationFile const& file) {
    auto text = file.covariates.empty()
                    ? std::string{"The score alone"}
                    : fmt::format("Compared with {}, refitted on the people evaluated",
                                  fmt::join(file.covariates, ", "));
    if (file.prediction_covariates && !file.prediction_covariates->empty()) {
        text += fmt::format("; predictions hold {}, as fitted in training",
                            fmt::join(*file.prediction_covariates, ", "));
    }
    if (file.recalibration) {
        text += fmt::format("; recalibrated on {} people (intercept {}, slope {})",
                            grouped(file.recalibration->samples),
                            short_number(file.recalibration->intercept),
                            short_number(file.recalibration->slope));
    }
    return text;
}

std::string metric_text(EvaluationFile const& file, std::string_view metric) {
    bool const pooled = !file.left_out.empty();
    auto const* row = find_whole(file, metric);
    if (row == nullptr) return "";
    return fmt::format("{}{} {}", pooled ? "pooled " : "", metric_label(metric), value_of(*row));
}

std::string join_known(std::vector<std::string> texts) {
    std::erase(texts, std::string{});
    return fmt::format("{}", fmt::join(texts, "; "));
}

std::string hazard_text(EvaluationFile const& file) {
    auto const ratio = hazard_ratio_observed(file);
    if (!ratio) return "";
    return fmt::format("Observed over predicted hazard at the mean prediction {}",
                       with_interval(ratio->value, ratio->lower, ratio->upper));
}

std::string describe_calibration(EvaluationFile const& file) {
    auto const text = join_known({metric_text(file, "calibration_slope"),
                                  metric_text(file, "calibration_in_the_large"), hazard_text(file),
                                  metric_text(file, "brier")});
    if (!text.empty()) return text;
    bool const predicts = file.prediction_covariates || !file.left_out.empty();
    return predicts ? "" : "None: the score makes no predictions";
}

// How far predictions are apart, and whether they are right on average: the level, of times to
// events by the calibration line.
bool is_calibration_told(EvaluationFile const& file) {
    if (file.left_out.empty() && !file.prediction_covariates) return true;
    bool const has_level = has_interval(find_whole(file, "calibration_in_the_large")) ||
                           hazard_ratio_observed(file).has_value();
    return has_level && has_interval(find_whole(file, "calibration_slope"));
}

std::string describe_groups(EvaluationFile const& file) {
    auto const factors = list_factors(file);
    if (factors.empty()) return "None";
    return fmt::format("By {}: section Groups", fmt::join(factors, ", "));
}

}  // namespace

std::vector<ReportingItem> list_reporting_items(EvaluationFile const& file) {
    constexpr auto background = "Background";
    constexpr auto population = "Study population and data";
    constexpr auto development = "Risk model development and application";
    constexpr auto evaluation = "Risk model evaluation";
    constexpr auto limitations = "Limitations and clinical implications";
    auto const main = main_metric(file.outcome);
    auto const increment = fmt::format("{}_incremental", main);
    bool const is_ranked = file.outcome != Outcome::quantitative;
    return {
        {background, "Study Type", describe_study(file)},
        {background, "Risk Model Purpose & Predicted Outcome", describe_outcome(file)},
        {population, "Study Design & Recruitment", ""},
        {population, "Participant Demographics and Clinical Characteristics",
         describe_sample(file)},
        {population, "Ancestry", ""},
        {population, "Genetic Data", ""},
        {population, "Non-Genetic Variables",
         join_known({fmt::format("{}", fmt::join(file.covariates, ", "))})},
        {population, "Outcome of Interest", describe_outcome(file)},
        {population, "Missing Data", describe_missing(file),
         file.left_out.empty() && is_computed(file)},
        {development, "Polygenic Risk Score Construction & Estimation",
         describe_construction(file)},
        {development, "Risk Model Type", describe_model_type(file), true},
        {development, "Integrated Risk Model(s) Description & Fitting", describe_integration(file)},
        {evaluation, "PRS Distribution",
         file.curves.histogram ? "Section Calibration or Distribution: histogram" : ""},
        {evaluation, "Risk Model Predictive Ability",
         join_known({is_ranked ? "" : metric_text(file, main),
                     metric_text(file, effect_metric_of(file.outcome)),
                     metric_text(file, increment), metric_text(file, "nagelkerke_r2"),
                     metric_text(file, "liability_r2")}),
         true},
        {evaluation, "Risk Model Discrimination",
         is_ranked ? metric_text(file, main) : "Not for quantitative traits", true},
        {evaluation, "Risk Model Calibration", describe_calibration(file),
         is_calibration_told(file)},
        {evaluation, "Subgroup Analyses", describe_groups(file), true},
        {limitations, "Risk Model Interpretation", ""},
        {limitations, "Limitations", ""},
        {limitations, "Generalizability", ""},
        {limitations, "Risk Model Intended Uses", ""},
        {"Data transparency and availability", "Data Transparency and Availability", ""},
    };
}

}  // namespace maniple
