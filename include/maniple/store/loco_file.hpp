/// \file  LOCO predictions in REGENIE's text files: <name>_pred.list and the .loco files it lists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/index.hpp"
#include "maniple/trait/sample_finder.hpp"
#include "maniple/trait/samples.hpp"

namespace maniple {

/// One line of a _pred.list: a trait and the file with its predictions.
struct LocoEntry {
    std::string trait;
    std::filesystem::path file;
};

/// Lines "<trait> <path>". A path is looked for as it is written, then beside the list, where files
/// lie that were moved together with it.
/// \throws UserError where a line is none, a trait comes twice, or a file is not there.
std::vector<LocoEntry> read_loco_list(std::filesystem::path const& path);

/// Predictions of one trait for some contigs of a cohort.
struct LocoPredictions {
    std::vector<std::string> contigs;  ///< As the file names them.
    std::vector<float> values;   ///< Contigs x samples of the cohort, NaN where there is none.
    std::int64_t strangers = 0;  ///< Samples of the file that the cohort does not have.
};

/// Reads .loco files, plain or gzipped: a header `FID_IID` and samples, named <family>_<individual>
/// or by individual; then a row for each contig, with its name first. "NA" is no prediction, and a
/// row of nothing else is none; one value a sample, in SDs of the trait's residual on its
/// covariates.
class LocoReader {
public:
    /// `samples` outlives the reader.
    explicit LocoReader(Samples const& samples);

    /// \param contigs  to read, whichever way they are spelt; other rows are skipped.
    /// \throws UserError, with line and field, where it is no such file, a name fits several
    ///         samples, a sample or contig comes twice, or nobody is in the cohort.
    LocoPredictions read(std::filesystem::path const& path, std::span<std::string const> contigs);

private:
    struct Columns {
        std::vector<std::int64_t> samples;  ///< Of each column; -1: not in the cohort.
        std::int64_t strangers = 0;
    };
    Columns find_columns(std::string const& header, std::string const& place) const;
    std::int64_t find(std::string_view name, std::string const& place, std::size_t field) const;

    Samples const& samples_;
    SampleFinder finder_;
    std::string header_;  // Of the last file: files of one run have one and the same.
    Columns columns_;
};

/// One row of a .loco file.
struct LocoRow {
    std::string contig;
    std::vector<float> values;  ///< One per sample of the cohort; NaN is written as NA.
};

/// Write a .loco file, gzipped where the name ends in .gz, in one step. It has the samples with a
/// prediction in any row; values are written so that they are read as the same float32. (REGENIE
/// looks for the row of chromosome k on line k + 1: rows 1, 2, ... with none left out.)
/// \pre there are rows; each has a value for every sample
/// \throws EnvironmentError, also where the file exists and `existing` is refuse.
void write_loco(std::filesystem::path const& path, Samples const& samples,
                std::span<LocoRow const> rows, ExistingFile existing);

/// Write a _pred.list. \throws as write_loco.
void write_loco_list(std::filesystem::path const& path, std::span<LocoEntry const> entries,
                     ExistingFile existing);

}  // namespace maniple
