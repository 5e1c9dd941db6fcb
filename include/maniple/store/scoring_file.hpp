/// \file  Weights of polygenic scores as text: PGS Catalog scoring files and tables for PLINK
/// --score.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/index.hpp"
#include "maniple/store/model_file.hpp"

namespace maniple {

enum class ScoringFormat {
    /// Lines `#key=value`, then tab separated columns (format 1.0 and 2.0, harmonised or not).
    pgs_catalog,
    /// A variant ID, an effect allele and any number of weights, with a header or without.
    plink,
};

/// How to read a file of weights. Columns are names of the header or numbers from 1.
struct ScoringFileOptions {
    std::optional<ScoringFormat> format;      ///< Nothing: by looking.
    std::string id_column;                    ///< PLINK only; empty: by name, or the first.
    std::string allele_column;                ///< PLINK only; empty: by name, or the second.
    std::vector<std::string> weight_columns;  ///< Empty: effect_weight, or what is left for PLINK.
    std::string genome_build;                 ///< As `normalized_build`; empty: what the file says.
};

/// Scores of one file, and what people should know of how they were read.
struct ScoringFile {
    ScoreModel model;  ///< Training is not known.
    std::vector<std::string> remarks;
};

/// Read a file, plain or gzipped. Variants keep their order; those with weight 0 in every score are
/// left out. Alleles in acgt become upper case, others stay as they are. IDs of the form
/// chr:pos:ref:alt stand in for columns of positions. Odds and hazard ratios become their
/// logarithms. \throws UserError naming file and line: no weights, a column that is not there, a
/// value that is
///         none, a variant that repeats, weights that are not additive; EnvironmentError.
ScoringFile read_scoring_file(std::filesystem::path const& path, ScoringFileOptions const& options);

/// Write one score in the PGS Catalog's format 2.0, in one step; bgzipped where the name ends in
/// .gz. Numbers read back as they were. What the format has no field for stands in lines
/// `#maniple_...=`; training samples and baseline hazards (times of single people's events) are
/// left out. IDs other than rs... stand in `variant_description`, or where a variant has no
/// position. \param threads  that compress. \pre the score is one of the model's; threads >= 1
/// \throws EnvironmentError.
void write_scoring_file(std::filesystem::path const& path, ScoreModel const& model,
                        ScoreIndex score, int threads, ExistingFile existing);

/// First line of such a file, without its end.
std::string_view scoring_file_title();

/// "GRCh37" for hg19, b37, ...; "GRCh38" for hg38; empty for NR, NA and nothing; else as it is.
std::string normalized_build(std::string_view build);

}  // namespace maniple
