/// \file  Is an evaluation of a score that is explained? Private to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
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
