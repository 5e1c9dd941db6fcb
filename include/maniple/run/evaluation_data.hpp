/// \file  The people that a score is evaluated on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/index.hpp"
#include "maniple/core/log.hpp"
#include "maniple/model/score_metrics.hpp"
#include "maniple/run/evaluation_request.hpp"
#include "maniple/store/model_file.hpp"
#include "maniple/trait/score_description.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// A division of the people into groups.
struct EvaluationFactor {
    std::string name;
    std::vector<std::string> levels;     ///< "missing" (or "missing value") last, if any is.
    std::vector<std::int32_t> level;     ///< Of each person.
    std::optional<std::size_t> missing;  ///< That level.
    std::size_t reference = 0;
};

/// Is it known on whom a score was trained? Not of imported weights, nor of a mere table.
enum class Training : std::uint8_t { unknown, known };

/// What its model says of a score.
struct ScoreOrigin {
    ScoreDescription description;
    std::int64_t variants = 0;  ///< That it weighs.
    std::string genome_build;
};

/// What is known of the score that is judged.
struct JudgedScore {
    std::string name;
    std::string model;  ///< Empty: none.
    /// Of the model that computed the score; nothing: not known, as of a table's.
    std::optional<std::uint64_t> model_checksum;
    Outcome outcome = Outcome::unknown;
    BaselineHazard baseline;
    std::optional<Recalibration> recalibration;  ///< That predictions contain.
    Training training = Training::unknown;
    std::vector<std::string> covariates;  ///< That predictions contain.
    std::optional<ScoreOrigin> origin;    ///< Of a score of a model.
};

/// How many were left out, and why. Told as they are: they say nothing of anybody's trait.
struct EvaluationFlow {
    std::int64_t in_store = 0;
    std::int64_t asked = 0;           ///< By --keep, --remove and --part.
    std::int64_t trained = 0;         ///< Of them, known to have been used in training.
    std::int64_t without_trait = 0;   ///< Of the rest.
    std::int64_t without_others = 0;  ///< Of the rest: no score, or a covariate is missing.
    std::int64_t recalibrating = 0;   ///< Kept aside to recalibrate.
};

/// A correction that was fitted, and what its model is to become.
struct FittedCorrection {
    std::filesystem::path file;
    ScoreModel model;
};

struct EvaluationData {
    JudgedScore score;
    std::string trait;
    std::vector<std::string> covariates;  ///< As expanded.
    EvaluationFlow flow;
    EvaluatedPeople people;
    std::vector<EvaluationFactor> factors;
    std::optional<double> score_sd{};  ///< What "per SD" means; nothing: that of these people.
    std::optional<FittedCorrection> correction;  ///< Recalibrate::yes alone.
};

/// People at these places of `all`. \pre places are within it
EvaluatedPeople select_people(EvaluatedPeople const& all, std::span<std::size_t const> places);

/// What can be seen to be wrong with a request before any score is computed.
/// \throws UserError; whatever the store throws.
void check_evaluation(EvaluationRequest const& request);

/// Reads and checks everything, the same on every rank. With Recalibrate::yes a correction is
/// fitted on half of the people (a hash of seed and sample ID, families together); it counts them
/// as used by the model, and the other half is left.
/// \param computed  scores of the model, in its order; needed where the request names no table.
/// \throws UserError where the request cannot be met; whatever the store throws.
EvaluationData load_evaluation(EvaluationRequest const& request,
                               std::optional<Table> const& computed, Log& log);

/// The model with its correction, complete on the disk; to be committed over the one that is there.
DurableFile prepare_recalibration(FittedCorrection const& correction);

}  // namespace maniple
