/// \file  maniple export --predictors: LOCO predictions as REGENIE reads them.
#pragma once

#include <filesystem>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/log.hpp"

namespace maniple {

struct PredictorExport {
    std::filesystem::path predictors;  ///< predictors.h5, or a run's folder with one.
    std::filesystem::path store;       ///< Of the same samples: their names.
    std::filesystem::path prefix;      ///< Of the files; where it ends in .gz they are gzipped.
    ExistingFile existing = ExistingFile::refuse;
};

/// Write <prefix>_<number of the trait>.loco for each trait, and <prefix>_pred.list last. Rows are
/// chromosomes 1 to 23 in order, as REGENIE finds them by their line, then other contigs. Where a
/// chromosome had no part in the predictors, its row is the prediction from all contigs; where
/// there is none it is NA, and rows end with the last chromosome that has one.
/// \throws UserError when there is no such file, it is of other samples, or a file cannot be
///         written as `require_export_target` says; CorruptInput, EnvironmentError.
void export_predictors(PredictorExport const& plan, Log& log);

}  // namespace maniple
