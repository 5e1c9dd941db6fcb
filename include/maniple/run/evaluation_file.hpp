/// \file  evaluation.json, read back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "maniple/run/evaluation_curves.hpp"
#include "maniple/run/evaluation_data.hpp"
#include "maniple/run/evaluation_rows.hpp"

namespace maniple {

/// A level that was left out of training and judged, or not.
struct LeftOutResult {
    std::string name;
    std::string status;
    std::string reason;                  ///< Why it was not judged; empty: it was.
    std::int64_t training_samples = -1;  ///< Of the others.
    std::int64_t variants = -1;          ///< Of their model.
};

/// What evaluations of both forms wrote. Counts of -1 and absent values: not known or not told.
struct EvaluationFile {
    std::string left_out;  ///< Column whose levels were left out one at a time; empty: none.
    std::vector<LeftOutResult> levels;  ///< Of that column.
    std::string score;
    std::string model;
    std::string model_checksum;  ///< Of the model that computed the score; empty: not known.
    std::string scores_table;    ///< That the score was read from; empty: it was computed.
    std::string trait;
    Outcome outcome = Outcome::unknown;
    std::vector<std::string> covariates;
    bool training_is_known = false;  ///< True where levels were left out.
    EvaluationFlow flow;
    std::int64_t evaluated = -1;
    std::int64_t replicates = 0;
    std::int64_t least_people = 0;
    std::optional<Recalibration> recalibration;
    std::optional<std::vector<std::string>> prediction_covariates;  ///< Nothing: no predictions.
    std::optional<ScoreOrigin> origin;  ///< With what the file has of the description.
    std::vector<std::string> by;        ///< As asked for.
    std::optional<double> horizon;
    std::optional<double> prevalence;
    EvaluationCurves curves;
    std::vector<EvaluationRow> rows;
};

/// \param run  folder of a finished evaluation. Fields that earlier versions did not write stay as
/// they are above.
/// \throws UserError where there is no evaluation.json; EnvironmentError where it cannot be read;
///         CorruptInput where it is not what an evaluation writes, saying what is not.
EvaluationFile read_evaluation(std::filesystem::path const& run);

}  // namespace maniple
