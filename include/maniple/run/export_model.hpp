/// \file  maniple export --model: a score's weights as text.
#pragma once

#include <filesystem>
#include <string>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/log.hpp"

namespace maniple {

struct ModelExport {
    std::filesystem::path store;
    std::string model;
    std::string score;           ///< Empty: the only one of the model.
    std::string genome_build;    ///< Of its positions; empty: as the model says.
    std::filesystem::path file;  ///< Ends in .gz: bgzipped.
    ExistingFile existing = ExistingFile::refuse;
    int threads = 1;  ///< That compress.
};

/// Write one score as `write_scoring_file` does.
/// \pre    plan.threads > 0
/// \throws UserError when there is no such store, model or score, the score weighs no variant, or
///         the model's positions are of another build, or the file cannot be written as
///         `require_export_target` says; CorruptInput, EnvironmentError.
void export_model(ModelExport const& plan, Log& log);

}  // namespace maniple
