/// \file  The scores that a command works with: models of the store, and files of weights.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/store/model_file.hpp"

namespace maniple {

/// Scores that share a list of variants.
struct ScoreSource {
    std::string label;  ///< Name of the model, or of the file without folders.
    ScoreModel model;
    std::vector<std::string> scores;  ///< Names as in results: unique among all sources.
};

/// \param store  or another folder with "models". \param models  names of its models. \param files
/// of weights, in any known format. \throws UserError where there are none, or a file or model
/// cannot be used; CorruptInput.
std::vector<ScoreSource> load_score_sources(std::filesystem::path const& store,
                                            std::vector<std::string> const& models,
                                            std::vector<std::filesystem::path> const& files,
                                            Log& log);

}  // namespace maniple
