/// \file  maniple import --weights: scores of other tools into a store.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/log.hpp"
#include "maniple/store/model_file.hpp"
#include "maniple/store/scoring_file.hpp"

namespace maniple {

struct WeightImport {
    std::vector<std::filesystem::path> files;
    std::string name;  ///< Of one model with all scores; empty: a model per file, named after it.
    ScoringFileOptions text;
    ExistingFile existing = ExistingFile::refuse;
};

/// Read all files, then write models/<name>.h5 of the store.
/// \throws UserError as `read_scoring_file` and `ModelUnion`; where the store has such a model
/// and
///         `plan.existing` is refuse, or it is no score.
/// \pre   plan.files is not empty
void import_weights(std::filesystem::path const& store, WeightImport const& plan, Log& log);

}  // namespace maniple
