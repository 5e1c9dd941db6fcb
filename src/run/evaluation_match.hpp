/// \file  Is an evaluation of a score that is explained? Private to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/run/evaluation_file.hpp"
#include "maniple/run/score_sources.hpp"

namespace maniple {

/// A score, and where it comes from. The source stays.
struct ScorePlace {
    ScoreSource const* source = nullptr;
    std::size_t position = 0;    ///< In it.
    std::string model_checksum;  ///< As evaluation.json has it.

    ScoreDescription const& description() const { return source->model.scores[position]; }
};

/// All scores of the sources, in their order.
std::vector<ScorePlace> list_places(std::vector<ScoreSource> const& sources);

/// Of this score of this model, not of models that were fitted anew without some level. An
/// evaluation of a mere table may be of any model.
bool is_of_score(EvaluationFile const& evaluation, std::string_view score, std::string_view model);

/// Of the trait that the score predicts, with or without the name of its table. Weights from
/// elsewhere do not say what they predict: any trait may be theirs.
bool is_of_trait(EvaluationFile const& evaluation, ScoreDescription const& score);

/// What an evaluation is of.
enum class EvaluationMatch : std::uint8_t {
    other,          ///< Another score, trait or model.
    unknown_model,  ///< A score of this name, of nobody knows which model.
    same_model,
};

EvaluationMatch match_evaluation(EvaluationFile const& evaluation, ScorePlace const& place);

/// \param run  the evaluation's folder, for messages.
/// \throws UserError where it is of none of the scores, and says what is other.
void require_evaluated(EvaluationFile const& evaluation, std::vector<ScorePlace> const& places,
                       std::filesystem::path const& run);

}  // namespace maniple
