/// \file  Whether an evaluation is of a score that is explained. Private to run.
#pragma once

#include <string_view>

#include "maniple/run/evaluation_file.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// Of this score of this model, not of models that were fitted anew without some level. An
/// evaluation of a mere table may be of any model.
bool is_of_score(EvaluationFile const& evaluation, std::string_view score, std::string_view model);

/// Of the trait that the score predicts, with or without the name of its table. Weights from
/// elsewhere do not say what they predict: any trait may be theirs.
bool is_of_trait(EvaluationFile const& evaluation, ScoreDescription const& score);

}  // namespace maniple
