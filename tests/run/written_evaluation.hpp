/// \file  An evaluation of times to events as evaluation.json has it, for tests.
#pragma once

#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "maniple/run/evaluation_file.hpp"
#include "maniple/run/evaluation_report.hpp"
#include "scratch_folder.hpp"

namespace maniple::test {

inline EvaluationData evaluated_data() {
    EvaluationData data;
    data.score.name = "prs";
    data.score.model = "m";
    data.score.outcome = Outcome::time_to_event;
    data.score.training = Training::known;
    data.score.covariates = {"age", "site=B"};
    data.score.recalibration = Recalibration{.intercept = 0.1, .slope = 0.9, .samples = 321};
    data.score.origin = ScoreOrigin{.description = {.reported_trait = "asthma",
                                                    .method = "elastic-net",
                                                    .training_samples = 500,
                                                    .training_cases = 200,
                                                    .validation_performance = 0.61,
                                                    .has_converged = false},
                                    .variants = 77,
                                    .genome_build = "GRCh38"};
    data.trait = "years:event";
    data.covariates = {"age"};
    data.flow = {.in_store = 900,
                 .asked = 800,
                 .trained = 70,
                 .without_trait = 6,
                 .without_others = 5,
                 .recalibrating = 40};
    data.people.outcome = Outcome::time_to_event;
    data.people.score.assign(90, 1.5);
    data.people.prediction.assign(90, 0.25);
    return data;
}

inline EvaluationRequest evaluation_request() {
    EvaluationRequest request;
    request.by = {"site", "age:40/60"};
    request.horizon = 10.5;
    request.prevalence = 0.05;
    request.replicates = 250;
    request.least_people = 7;
    return request;
}

inline Evaluation found_numbers() {
    EvaluationRow ratio;
    ratio.metric = "hazard_ratio_per_sd";
    ratio.estimate = 1.5;
    ratio.lower = 1.2;
    ratio.upper = 1.9;
    ratio.standard_error = 0.12;
    ratio.scale = RowScale::logarithmic;
    ratio.samples = 90;
    ratio.cases = 30;
    ratio.interval = "wald";
    EvaluationRow share;
    share.metric = "c_index";
    share.factor = "site";
    share.group = "A";
    share.estimate = 0.1 + 0.2;  // All digits are kept.
    share.lower = 0.29;
    share.upper = 0.31;
    share.standard_error = 0.005;
    share.interval = "bootstrap";
    share.undefined = 3;
    EvaluationRow test;
    test.kind = RowKind::heterogeneity;
    test.metric = "c_index_heterogeneity_q";
    test.factor = "site";
    test.estimate = 3.5;
    test.neg_log10_p = 1.25;
    test.degrees_of_freedom = 2;
    EvaluationRow hidden;
    hidden.kind = RowKind::outcome;
    hidden.metric = "observed";
    hidden.part = "fifth 1";
    hidden.status = "suppressed";

    Evaluation found{.rows = {ratio, share, test, hidden}, .curves = {}};
    found.curves.histogram = PeopleHistogram{.scale = HistogramScale::predicted_risk,
                                             .step = 0.1,
                                             .bounds = {0.1, 0.2, 0.4},
                                             .counts = {5, 0, 12, 9}};
    found.curves.incidence = {{.group = "fifth 1",
                               .samples = 20,
                               .events = 8,
                               .times = {1, 2.5},
                               .incidence = {0.1, 0.25},
                               .lower = {EvaluationRow::unknown, 0.2},
                               .upper = {EvaluationRow::unknown, 0.3},
                               .at_risk = {18, 7}},
                              {.group = "fifth 2", .status = "suppressed"}};
    found.curves.line = CalibrationLine{.centre = -3,
                                        .level = -2.75,
                                        .slope = 0.875,
                                        .level_variance = 0.01,
                                        .covariance = -0.002,
                                        .slope_variance = 0.04,
                                        .samples = 90};
    return found;
}

inline nlohmann::ordered_json written_json() {
    return nlohmann::ordered_json::parse(
        evaluation_json(evaluated_data(), evaluation_request(), found_numbers()));
}

inline EvaluationFile read_text(std::string const& text) {
    ScratchFolder const folder;
    std::ofstream{folder / "evaluation.json", std::ios::binary} << text;
    return read_evaluation(folder.path());
}

inline EvaluationFile read_json(nlohmann::ordered_json const& json) {
    return read_text(json.dump());
}

}  // namespace maniple::test
