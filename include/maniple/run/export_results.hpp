/// \file  maniple export: one trait's results as text.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/log.hpp"
#include "maniple/store/summary_statistics_writer.hpp"

namespace maniple {

struct ResultExport {
    std::filesystem::path run;   ///< Folder with results.h5.
    std::string trait;           ///< Empty: the only one of the run.
    std::filesystem::path file;  ///< Ends in .gz: bgzipped and indexed.
    StatisticsFormat format = StatisticsFormat::gwas_ssf;
    ExistingFile existing = ExistingFile::refuse;
    int threads = 1;  ///< That compress.
};

/// Write the trait's rows sorted by contig and position. Variants that a filter removed are left
/// out; other rows without numbers stay, with NA and their status.
/// \pre    plan.threads > 0
/// \throws UserError when there is no such run or trait, no folder for the file, or the file exists
///         and `existing` is refuse; CorruptInput, EnvironmentError.
void export_results(ResultExport const& plan, Log& log);

/// Sort key of a contig name, "chr" before it or not: 1 to 22, X, Y, XY, MT, then all others.
int contig_rank(std::string_view contig);

}  // namespace maniple
