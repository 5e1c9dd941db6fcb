#include "evaluation_score.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/elementary.hpp"
#include "maniple/core/error.hpp"
#include "maniple/model/cox_regression.hpp"
#include "maniple/model/linear_regression.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "maniple/store/model_checksum.hpp"

namespace maniple {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::size_t choose_score(ScoreModel const& model, EvaluationRequest const& request) {
    auto const& names = model.weights.scores;
    if (request.score.empty() && names.size() == 1) return 0;
    auto const place = std::ranges::find(names, request.score);
    if (place != names.end()) return static_cast<std::size_t>(place - names.begin());
    constexpr std::size_t shown = 10;
    std::vector<std::string> some(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size())));
    throw UserError{fmt::format(
        "model '{}' has {} scores{}; choose one with --score ({}{})", request.model, names.size(),
        request.score.empty() ? "" : fmt::format(" and none is '{}'", request.score),
        fmt::join(some, ", "), names.size() > shown ? ", ..." : "")};
}

// The column of the table of scores.
ColumnReference find_scores(EvaluationRequest const& request, StoreTables const& tables,
                            std::string const& name) {
    std::vector<ColumnReference> of_table;
    std::vector<std::string> names;
    for (auto const& column : list_columns(tables)) {
        if (column.table != request.scores) continue;
        of_table.push_back(column);
        names.push_back(column.column.name);
        if (column.column.name == name) return column;
    }
    if (of_table.empty()) {
        throw UserError{
            fmt::format("--scores '{}' is no table of the store; `maniple info STORE` "
                        "lists its tables",
                        request.scores)};
    }
    if (name.empty() && of_table.size() == 1) return of_table.front();
    throw UserError{fmt::format("table '{}' has {}; choose a column with --score ({})",
                                request.scores,
                                name.empty() ? fmt::format("{} columns", of_table.size())
                                             : fmt::format("no column '{}'", name),
                                fmt::join(names, ", "))};
}

// One of the cohort's columns, or of a level of one: "age", "site=B".
std::vector<double> load_named(std::string const& name, std::string const& model,
                               StoreTables const& tables, std::int64_t samples) {
    auto const columns = list_columns(tables);
    auto const find = [&](std::string_view wanted) {
        auto const answers = [&](ColumnReference const& column) {
            return column.column.name == wanted || column.label == wanted;
        };
        auto const measured = [&](ColumnReference const& column) {
            return answers(column) && !column.is_score;
        };
        auto const found = std::ranges::find_if(columns, measured);
        if (found == columns.end()) return std::ranges::find_if(columns, answers);
        auto const other = std::find_if(found + 1, columns.end(), measured);
        if (other == columns.end()) return found;
        throw UserError{fmt::format(
            "covariate '{}' of model '{}' is in tables '{}' and '{}' (its predictions need one of "
            "them); import one of the tables with another column name",
            wanted, model, found->table, other->table)};
    };
    if (auto const column = find(name); column != columns.end()) {
        if (column->column.type == ColumnType::categorical) {
            throw UserError{fmt::format(
                "covariate '{}' of model '{}' is a number, and a column of levels in table '{}'; "
                "import it as numbers",
                name, model, column->table)};
        }
        return load_column(tables, *column, samples).values;
    }
    auto const equals = name.rfind('=');
    if (auto const column = find(std::string_view{name}.substr(0, equals));
        equals != std::string::npos && column != columns.end()) {
        auto const loaded = load_column(tables, *column, samples);
        auto const level = std::ranges::find(loaded.levels, name.substr(equals + 1));
        std::vector<double> values;
        for (auto value : loaded.values) {
            // A level that nobody has here is nobody's.
            auto const is_it = level != loaded.levels.end() &&
                               value == static_cast<double>(level - loaded.levels.begin());
            values.push_back(std::isnan(value) ? unknown : is_it ? 1 : 0);
        }
        return values;
    }
    throw UserError{
        fmt::format("covariate '{}' of model '{}' is in no table of the store (its predictions "
                    "need it); import it, or judge the score alone with --scale relative",
                    name, model)};
}

// The levels of categorical covariates that people have here and the model has no effect of. One of
// them is the one that effects are compared with; a model does not say which.
void warn_of_levels(ScoreDescription const& description, StoreTables const& tables,
                    std::int64_t samples, Log& log) {
    std::map<std::string, std::set<std::string>> effects;
    for (auto const& name : description.covariates.names) {
        auto const equals = name.rfind('=');
        if (equals == std::string::npos) continue;
        effects[name.substr(0, equals)].insert(name.substr(equals + 1));
    }
    for (auto const& column : list_columns(tables)) {
        auto known = effects.find(column.column.name);
        if (known == effects.end()) known = effects.find(column.label);
        if (known == effects.end() || column.column.type != ColumnType::categorical) continue;
        auto const loaded = load_column(tables, column, samples);
        std::set<std::string> here;
        for (auto value : loaded.values) {
            if (!std::isnan(value)) here.insert(loaded.levels[static_cast<std::size_t>(value)]);
        }
        std::vector<std::string> without;
        std::ranges::set_difference(here, known->second, std::back_inserter(without));
        if (without.size() < 2 && without.size() < here.size()) continue;
        log.warn(fmt::format(
            "covariate '{}': the model has no effect of {} '{}', and predicts all of these people "
            "as those of the level that its effects are compared with; if they are of other "
            "levels, predictions are off by what sets them apart",
            known->first, without.size() == 1 ? "level" : "levels", fmt::join(without, "', '")));
    }
}

ScoreScale choose_scale(EvaluationRequest const& request, JudgedScore const& judged) {
    if (request.scale != ScoreScale::automatic) return request.scale;
    return judged.outcome == Outcome::unknown ? ScoreScale::relative : ScoreScale::linear;
}

}  // namespace

std::vector<double> predict(ScoreDescription const& description, std::vector<double> score,
                            std::string const& model, StoreTables const& tables) {
    auto predictor = std::move(score);
    auto const& covariates = description.covariates;
    for (auto& x : predictor) x += covariates.intercept + description.offset;
    for (std::size_t c = 0; c < covariates.names.size(); ++c) {
        auto const values = load_named(covariates.names[c], model, tables, std::ssize(predictor));
        for (std::size_t s = 0; s < predictor.size(); ++s) {
            predictor[s] += covariates.coefficients[c] * values[s];
        }
    }
    if (auto const& correction = description.recalibration) {
        for (auto& x : predictor) x = correction->intercept + correction->slope * x;
    }
    return predictor;
}

Training training_of(ScoreModel const& model, std::size_t score) {
    bool const fitted_here = model.scores[score].method != "imported";
    return fitted_here && model.training.is_known() ? Training::known : Training::unknown;
}

EvaluatedScore describe_score(EvaluationRequest const& request, Cohort const& cohort) {
    EvaluatedScore source;
    source.judged.name = request.score;
    if (request.model.empty()) return source;
    source.file = find_model(request.home.empty() ? cohort.path() : request.home, request.model);
    source.model = read_model(source.file);
    source.position = choose_score(*source.model, request);
    auto const& description = source.model->scores[source.position];
    source.judged = {
        .name = description.name,
        .model = request.model,
        .model_checksum =
            request.scores.empty() ? std::optional{model_checksum(*source.model)} : std::nullopt,
        .outcome = description.outcome,
        .baseline = description.baseline,
        .recalibration = description.recalibration,
        .training = training_of(*source.model, source.position),
        .covariates = description.covariates.names,
        .origin = ScoreOrigin{description,
                              source.model->weights.weights.count_variants()[source.position],
                              source.model->genome_build}};
    return source;
}

void require_predictions(EvaluationRequest const& request, JudgedScore const& judged) {
    bool const predicts = choose_scale(request, judged) == ScoreScale::linear;
    if (request.recalibrate == Recalibrate::yes && !predicts) {
        throw UserError{
            "--recalibrate needs a model that predicts (these weights do not say what they "
            "predict); leave it out"};
    }
    for (auto const& rule : request.thresholds) {
        if (rule.kind != ThresholdRule::Kind::risk || predicts) continue;
        throw UserError{
            fmt::format("--threshold {} needs predicted risks (this score is relative); give "
                        "score=X or top=SHARE",
                        rule.text)};
    }
    if (request.horizon && (!predicts || judged.baseline.times.empty())) {
        throw UserError{
            "--horizon needs a model that predicts risks (this score has no baseline hazard); "
            "leave it out, or fit a model to this trait"};
    }
}

EvaluatedScore load_score(EvaluationRequest const& request, std::optional<Table> const& computed,
                          Cohort const& cohort, StoreTables const& tables, Log& log) {
    auto source = describe_score(request, cohort);
    ScoreDescription description;
    if (source.model) {
        description = source.model->scores[source.position];
        if (source.judged.training == Training::unknown) {
            log.warn(
                "nobody knows on whom this model was trained: whether these samples were among "
                "them cannot be checked, and if they were its numbers are too good");
        }
    } else {
        log.warn(
            "without --model nobody can check that the score was not trained on these samples");
    }
    if (request.scores.empty()) {
        source.score = computed->columns[source.position].values;
    } else {
        auto const column = find_scores(request, tables, source.judged.name);
        if (column.column.type == ColumnType::categorical) {
            throw UserError{
                fmt::format("score '{}' is categorical (a score is a number)", column.label)};
        }
        source.judged.name = column.column.name;
        source.score = load_column(tables, column, cohort.samples().size()).values;
    }
    if (choose_scale(request, source.judged) == ScoreScale::linear) {
        warn_of_levels(description, tables, cohort.samples().size(), log);
        source.prediction = predict(description, source.score, request.model, tables);
    }
    return source;
}

double cumulative_hazard(BaselineHazard const& baseline, double time) {
    auto const after = std::ranges::upper_bound(baseline.times, time) - baseline.times.begin();
    return after == 0 ? 0 : baseline.cumulative[static_cast<std::size_t>(after - 1)];
}

Recalibration fit_recalibration(EvaluatedPeople const& people, BaselineHazard const& baseline) {
    RegressionDesign const design{people.size(), {people.prediction}};
    RegressionFit fit;
    switch (people.outcome) {
        case Outcome::binary:
            fit = fit_logistic(design, people.is_case);
            break;
        case Outcome::time_to_event:
            fit = fit_cox(design, PredictorOrder{people.values}, people.is_case);
            break;
        default:
            fit = fit_linear(design, people.values);
    }
    if (fit.status != FitStatus::ok || std::isnan(fit.coefficients[0].standard_error)) {
        throw UserError{fmt::format(
            "the model cannot be recalibrated on half of these samples ({}); leave --recalibrate "
            "out",
            fit.status == FitStatus::ok ? "all have one prediction" : to_string(fit.status))};
    }
    Recalibration correction{.intercept = fit.intercept.value,
                             .slope = fit.coefficients[0].value,
                             .samples = people.size()};
    if (people.outcome != Outcome::time_to_event || baseline.times.empty()) return correction;
    double expected = 0;
    for (std::size_t s = 0; s < people.values.size(); ++s) {
        expected += cumulative_hazard(baseline, people.values[s]) *
                    portable_exp(correction.slope * people.prediction[s]);
    }
    correction.intercept =
        expected > 0 ? portable_log(static_cast<double>(people.cases()) / expected) : 0;
    return correction;
}

Recalibration join(std::optional<Recalibration> const& first, Recalibration const& second) {
    if (!first) return second;
    return {.intercept = second.intercept + second.slope * first->intercept,
            .slope = second.slope * first->slope,
            .samples = second.samples};
}

FittedCorrection correct(Cohort const& cohort, EvaluatedScore const& source,
                         Recalibration const& recalibration, std::vector<bool> const& used) {
    FittedCorrection correction{source.file, *source.model};
    correction.model.scores[source.position].recalibration = recalibration;
    add_trained(cohort.samples(), used, correction.model.training);
    return correction;
}

DurableFile prepare_recalibration(FittedCorrection const& correction) {
    return prepare_model(correction.file, correction.model);
}

}  // namespace maniple
