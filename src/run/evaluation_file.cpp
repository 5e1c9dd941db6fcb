#include "maniple/run/evaluation_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evaluation_check.hpp"
#include "evaluation_text.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/json_file.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view file_name = "evaluation.json";

// Null and absent: not known.
template <class Value>
Value value_or(Json const& json, char const* name, Value otherwise) {
    auto const found = json.find(name);
    return found == json.end() || found->is_null() ? otherwise : found->get<Value>();
}

double number_of(Json const& json, char const* name) {
    return value_or(json, name, EvaluationRow::unknown);
}

// No share, truth or huge number that would become one.
std::int64_t whole_number(Json const& json) {
    bool const fits = json.is_number_integer() &&
                      (!json.is_number_unsigned() ||
                       json.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max());
    if (!fits) throw std::invalid_argument{"a count that is none"};
    return json.get<std::int64_t>();
}

std::int64_t count_of(Json const& json, char const* name) {
    auto const found = json.find(name);
    return found == json.end() || found->is_null() ? -1 : whole_number(*found);
}

// Null or an object would be a list as well: of nothing, or of its values.
Json const& list_at(Json const& json, char const* name) {
    auto const& list = json.at(name);
    if (!list.is_array()) throw std::invalid_argument{"a list that is none"};
    return list;
}

std::vector<std::int64_t> counts_of(Json const& json, char const* name) {
    std::vector<std::int64_t> counts;
    for (auto const& value : list_at(json, name)) counts.push_back(whole_number(value));
    return counts;
}

std::optional<double> optional_number(Json const& json, char const* name) {
    if (!json.contains(name)) return std::nullopt;
    return json[name].get<double>();
}

std::vector<double> numbers_of(Json const& json, char const* name) {
    std::vector<double> numbers;
    for (auto const& value : list_at(json, name)) {
        numbers.push_back(value.is_null() ? EvaluationRow::unknown : value.get<double>());
    }
    return numbers;
}

Outcome outcome_of(std::string const& name) {
    for (auto outcome : {Outcome::quantitative, Outcome::binary, Outcome::time_to_event}) {
        if (outcome_name(outcome) == name) return outcome;
    }
    throw std::invalid_argument{fmt::format("outcome '{}'", name)};
}

RowKind kind_of(std::string const& name) {
    for (auto kind = 0; kind <= static_cast<int>(RowKind::people); ++kind) {
        if (to_string(RowKind{static_cast<std::uint8_t>(kind)}) == name) {
            return RowKind{static_cast<std::uint8_t>(kind)};
        }
    }
    throw std::invalid_argument{fmt::format("kind of line '{}'", name)};
}

EvaluationRow read_row(Json const& json) {
    EvaluationRow row;
    row.kind = kind_of(json.at("kind").get<std::string>());
    row.metric = json.at("metric").get<std::string>();
    row.factor = value_or(json, "factor", std::string{});
    row.group = json.at("group").get<std::string>();
    row.part = value_or(json, "part", std::string{});
    auto const number_at = [&](char const* name) {
        auto const& value = json.at(name);
        return value.is_null() ? EvaluationRow::unknown : value.get<double>();
    };
    row.estimate = number_at("estimate");
    row.lower = number_at("lower");
    row.upper = number_at("upper");
    bool const is_log = json.contains("standard_error_of_log");
    row.scale = is_log ? RowScale::logarithmic : RowScale::plain;
    row.standard_error = number_of(json, is_log ? "standard_error_of_log" : "standard_error");
    row.neg_log10_p = number_of(json, "neg_log10_p");
    row.degrees_of_freedom = count_of(json, "degrees_of_freedom");
    row.samples = count_of(json, "samples");
    row.cases = count_of(json, "cases");
    row.interval = value_or(json, "interval", std::string{});
    row.undefined = count_of(json, "undefined_replicates");
    row.status = json.at("status").get<std::string>();
    return row;
}

PeopleHistogram read_histogram(Json const& json) {
    static constexpr std::array<std::string_view, 3> names{"score", "predicted_value",
                                                           "predicted_risk"};
    auto const name = json.at("of").get<std::string>();
    auto const place = std::ranges::find(names, name) - names.begin();
    if (place == std::ssize(names)) throw std::invalid_argument{"a histogram of nothing known"};
    PeopleHistogram histogram{.scale = HistogramScale{static_cast<std::uint8_t>(place)},
                              .step = json.at("step").get<double>(),
                              .bounds = numbers_of(json, "bounds"),
                              .counts = counts_of(json, "counts")};
    if (histogram.counts.size() != histogram.bounds.size() + 1) {
        throw std::invalid_argument{"a histogram with other counts than bounds"};
    }
    return histogram;
}

IncidenceCurve read_incidence(Json const& json) {
    IncidenceCurve curve{.group = json.at("group").get<std::string>(),
                         .samples = count_of(json, "samples"),
                         .events = count_of(json, "events"),
                         .times = numbers_of(json, "time"),
                         .incidence = numbers_of(json, "incidence"),
                         .lower = numbers_of(json, "lower"),
                         .upper = numbers_of(json, "upper"),
                         .at_risk = counts_of(json, "at_risk"),
                         .status = json.at("status").get<std::string>()};
    auto const times = curve.times.size();
    if (curve.incidence.size() != times || curve.lower.size() != times ||
        curve.upper.size() != times || curve.at_risk.size() != times) {
        throw std::invalid_argument{"a curve whose columns differ in length"};
    }
    return curve;
}

CalibrationLine read_line(Json const& json) {
    CalibrationLine line{.samples = count_of(json, "samples")};
    if (json.at("status").get<std::string>() != "ok") {
        line.status = FitStatus::not_converged;
        return line;
    }
    line.centre = number_of(json, "centre");
    line.level = number_of(json, "level");
    line.slope = number_of(json, "slope");
    line.level_variance = number_of(json, "level_variance");
    line.covariance = number_of(json, "covariance");
    line.slope_variance = number_of(json, "slope_variance");
    line.residual_variance = number_of(json, "residual_variance");
    line.degrees_of_freedom = number_of(json, "degrees_of_freedom");
    return line;
}

EvaluationCurves read_curves(Json const& json) {
    EvaluationCurves curves;
    if (json.contains("histogram")) curves.histogram = read_histogram(json["histogram"]);
    if (json.contains("incidence")) {
        for (auto const& curve : list_at(json, "incidence")) {
            curves.incidence.push_back(read_incidence(curve));
        }
    }
    if (json.contains("calibration_line")) curves.line = read_line(json["calibration_line"]);
    return curves;
}

ScoreOrigin read_origin(Json const& json) {
    ScoreOrigin origin;
    auto& score = origin.description;
    score.method = json.at("method").get<std::string>();
    score.reported_trait = json.at("reported_trait").get<std::string>();
    score.training_samples = whole_number(json.at("training_samples"));
    score.training_cases = count_of(json, "training_cases");
    score.validation_performance = number_of(json, "validation_performance");
    score.has_converged = json.at("has_converged").get<bool>();
    origin.variants = whole_number(json.at("variants"));
    origin.genome_build = json.at("genome_build").get<std::string>();
    return origin;
}

void read_people(EvaluationFile& file, Json const& json) {
    file.score = json.at("score").get<std::string>();
    file.model = json.at("model").get<std::string>();
    file.model_checksum = value_or(json, "model_checksum", std::string{});
    file.training_is_known = json.at("training_is_known").get<bool>();
    auto const& samples = json.at("samples");
    file.flow = {.in_store = count_of(samples, "in_store"),
                 .asked = count_of(samples, "asked"),
                 .trained = count_of(samples, "used_in_training"),
                 .without_trait = count_of(samples, "without_trait"),
                 .without_others = count_of(samples, "without_score_or_covariate"),
                 .recalibrating = count_of(samples, "used_to_recalibrate")};
    file.evaluated = whole_number(samples.at("evaluated"));
    file.scores_table = value_or(json, "scores_table", std::string{});
}

void read_levels(EvaluationFile& file, Json const& json) {
    file.left_out = json.at("leave_one_out").get<std::string>();
    file.training_is_known = true;
    for (auto const& entry : list_at(json, "levels")) {
        LeftOutResult level{.name = entry.at("level").get<std::string>(),
                            .status = entry.at("status").get<std::string>(),
                            .reason = value_or(entry, "reason", std::string{})};
        if (entry.contains("trained_on_the_others")) {
            auto const& model = entry["trained_on_the_others"];
            level.training_samples = count_of(model, "samples");
            level.variants = count_of(model, "variants");
        }
        file.levels.push_back(std::move(level));
    }
}

EvaluationFile read_all(Json const& json) {
    using Words = std::vector<std::string>;
    EvaluationFile file;
    if (json.contains("leave_one_out")) {
        read_levels(file, json);
    } else {
        read_people(file, json);
    }
    file.trait = json.at("trait").get<std::string>();
    file.outcome = outcome_of(json.at("outcome").get<std::string>());
    file.covariates = json.at("covariates").get<Words>();
    file.replicates = whole_number(json.at("bootstrap").at("replicates"));
    file.least_people = whole_number(json.at("smallest_count_told"));
    if (json.contains("recalibration")) {
        auto const& correction = json["recalibration"];
        file.recalibration = Recalibration{.intercept = correction.at("intercept").get<double>(),
                                           .slope = correction.at("slope").get<double>(),
                                           .samples = count_of(correction, "samples")};
    }
    if (json.contains("prediction_covariates")) {
        file.prediction_covariates = json["prediction_covariates"].get<Words>();
    }
    if (json.contains("score_description")) file.origin = read_origin(json["score_description"]);
    file.by = value_or(json, "by", Words{});
    file.horizon = optional_number(json, "horizon");
    file.prevalence = optional_number(json, "prevalence");
    file.curves = read_curves(json);
    for (auto const& row : list_at(json, "rows")) file.rows.push_back(read_row(row));
    check_evaluation_file(file);
    return file;
}

[[noreturn]] void reject(std::filesystem::path const& path, std::string const& reason) {
    throw CorruptInput{fmt::format(
        "'{}' is damaged ({}); bring back a copy, or evaluate again into another folder",
        path.string(), reason)};
}

}  // namespace

EvaluationFile read_evaluation(std::filesystem::path const& run) {
    auto const path = run / file_name;
    auto const text = read_whole_text(path);
    if (!text) {
        throw UserError{
            fmt::format("'{}' has no {} (it is no finished evaluation); name the --out folder of "
                        "`maniple evaluate`",
                        run.string(), file_name)};
    }
    try {
        return read_all(parse_json(*text));
    } catch (Json::exception const& fault) {
        reject(path, json_fault(fault));
    } catch (std::invalid_argument const& fault) {
        reject(path, fault.what());
    }
}

}  // namespace maniple
