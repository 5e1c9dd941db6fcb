/// \file  What scoring will do, decided and checked before any genotype is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/genotype/score_product.hpp"
#include "maniple/run/sample_choice.hpp"
#include "maniple/run/score_matching.hpp"
#include "maniple/run/score_sources.hpp"
#include "maniple/run/variant_choice.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

enum class ScoreUnit {
    sum,      ///< Over effect alleles.
    average,  ///< The sum over twice the number of variants used.
};

/// What was asked for.
struct ScoreRequest {
    std::filesystem::path store;
    std::vector<std::string> models;             ///< Names in the store.
    std::filesystem::path home;                  ///< Folder whose "models" has them instead.
    std::vector<std::filesystem::path> weights;  ///< Files.
    SampleFiles samples;
    std::filesystem::path run;  ///< Folder of results; empty: none.
    std::string table;          ///< Name in the store; empty: none.
    ExistingTable existing = ExistingTable::refuse;
    std::optional<AmbiguousStrand> ambiguous;  ///< Nothing: what suits each source.
    double min_match = 0.75;
    ScoreUnit unit = ScoreUnit::sum;
    int threads = 1;
};

/// Where scored variants meet one variant of the cohort. Those that count a missing genotype
/// differently have rows of their own.
struct MatchedRow {
    std::int32_t block = 0;         ///< Among ScorePlan::blocks().
    std::int32_t row = 0;           ///< In the block.
    double missing_alternates = 0;  ///< ALT alleles that a missing genotype counts.
    std::int64_t first_entry = 0;   ///< Entries go on until those of the next row.
};

struct ScoreEntry {
    std::int32_t source = 0;
    std::int32_t scored = 0;  ///< Variant of the source.
    bool counts_reference = false;
};

/// Rows that are worked on together, and the blocks they lie in.
struct RowTile {
    std::int64_t first_row = 0;
    std::int64_t last_row = 0;  ///< Behind the last one.
};

/// How threads divide the work. Sums are integers: either way they are the same.
enum class WorkSharing {
    tiles,    ///< Each thread takes tiles, and has sums of its own for all samples.
    samples,  ///< Each thread takes samples of one tile; takes less memory.
};

/// The same on every rank.
class ScorePlan {
public:
    /// Opens the store, reads the weights and finds their variants.
    /// \throws UserError where the request cannot be met; whatever the store throws.
    ScorePlan(ScoreRequest request, Log& log);
    ScorePlan(ScorePlan const&) = delete;
    ScorePlan& operator=(ScorePlan const&) = delete;

    ScoreRequest const& request() const { return request_; }
    Cohort const& cohort() const { return cohort_; }
    SampleMask const& samples() const { return samples_; }
    std::vector<ScoreSource> const& sources() const { return sources_; }
    std::vector<SourceMatches> const& matches() const { return matches_; }
    std::vector<ScoreCoverage> const& coverage() const { return coverage_; }  ///< Of all scores.

    std::int64_t scores() const { return std::ssize(coverage_); }
    std::vector<ChosenBlock> const& blocks() const { return blocks_; }  ///< With rows, in order.
    std::vector<MatchedRow> const& rows() const { return rows_; }
    std::vector<RowTile> const& tiles() const { return tiles_; }
    WorkSharing sharing() const { return sharing_; }
    std::span<double const> scales() const { return scales_; }
    /// What every sample gets of each score besides genotypes: REF alleles that are counted.
    std::span<std::int64_t const> constants() const { return constants_; }

    std::span<ScoreEntry const> entries(std::int64_t row) const;
    /// Weights per ALT allele of a tile's rows: scores x rows, overwritten.
    void fill_weights(RowTile const& tile, MatrixView<double> weights) const;

    /// Of a tile's genotypes, in the whole cohort.
    double missing_share(RowTile const& tile) const;

    std::int64_t bytes_to_read() const;   ///< Of genotypes.
    std::int64_t bytes_per_rank() const;  ///< Peak memory, about.

private:
    void require_table_of_scores() const;
    void make_rows();
    std::int64_t block_bytes() const;
    std::int64_t tile_blocks(WorkSharing sharing) const;
    void choose_sharing();
    void make_tiles();
    void choose_scales();

    ScoreRequest request_;
    Cohort cohort_;
    SampleMask samples_;
    std::vector<ScoreSource> sources_;
    std::vector<std::int64_t> first_score_;  // Of each source.
    std::vector<SourceMatches> matches_;
    std::vector<ScoreCoverage> coverage_;
    std::vector<ChosenBlock> blocks_;
    std::vector<MatchedRow> rows_;
    std::vector<ScoreEntry> entries_;
    std::vector<RowTile> tiles_;
    WorkSharing sharing_ = WorkSharing::samples;
    std::vector<double> scales_;
    std::vector<std::int64_t> constants_;
};

}  // namespace maniple
