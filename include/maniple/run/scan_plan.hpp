/// \file  What a scan will do, decided and checked before any genotype is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/model/linear_scan.hpp"
#include "maniple/model/variant_filter.hpp"
#include "maniple/run/contig_nulls.hpp"
#include "maniple/run/kept_state.hpp"
#include "maniple/run/model_choice.hpp"
#include "maniple/run/predictor_source.hpp"
#include "maniple/run/sample_choice.hpp"
#include "maniple/run/scan_memory.hpp"
#include "maniple/run/scan_models.hpp"
#include "maniple/run/shard.hpp"
#include "maniple/run/trait_counts.hpp"
#include "maniple/run/trait_loader.hpp"
#include "maniple/run/variant_choice.hpp"
#include "maniple/run/whole_genome.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// What was asked for.
struct ScanRequest {
    std::filesystem::path store;
    std::filesystem::path run;            ///< Folder of results; need not be there.
    std::vector<std::string> traits;      ///< Names, patterns, or "all".
    std::vector<std::string> covariates;  ///< Names.
    MissingGenotype missing = MissingGenotype::mean;
    ModelChoice model = ModelChoice::by_type;
    EventRule rule;                    ///< Of tests of logistic models.
    std::int64_t fewest_cases = 20;    ///< And controls, of a trait that one is fitted to.
    std::filesystem::path predictors;  ///< Whose predictions traits are tested beside; empty: none.
    /// What makes the predictors; nothing: none, or those of `predictors`.
    std::optional<WholeGenomeRequest> whole_genome;
    /// Options that were given and concern logistic and Cox models alone, as people write them.
    std::vector<std::string> event_options;
    VariantFilter filter;
    SampleFiles samples;
    VariantFiles variants;
    std::optional<Shard> shard;  ///< The part to scan; nothing: all, into results.h5.
    int threads = 1;
    std::optional<std::int64_t> memory;  ///< Of each rank [bytes]; nothing: what there is.
};

/// A whole-genome regression that keeps to a rank's limits.
WholeGenomeRequest within(WholeGenomeRequest request, ScanLimits const& limits);

/// The same on every rank, but for the number of threads. Traits are not in memory: `fit` reads
/// those of one batch.
class ScanPlan {
public:
    /// Opens the store, resolves names, fits the covariates, and shares out the traits into batches
    /// that fit the memory. Explains what it finds in `log`.
    /// \throws UserError where the request cannot be met; whatever the store throws.
    ScanPlan(ScanRequest request, ScanLimits limits, Log& log);
    ScanPlan(ScanPlan const&) = delete;
    ScanPlan& operator=(ScanPlan const&) = delete;

    ScanRequest const& request() const { return request_; }
    Cohort const& cohort() const { return cohort_; }
    std::int64_t base_samples() const { return base_samples_; }  ///< With every covariate.
    std::vector<ChosenBlock> const& blocks() const { return blocks_; }
    std::int64_t variants() const { return variants_; }  ///< Rows of the result.
    std::int64_t traits() const { return std::ssize(traits_); }
    std::vector<std::string> trait_labels() const;
    std::vector<std::string> covariate_labels() const;
    std::vector<std::string> tables() const;  ///< Those that are used.
    TraitCounts const& trait_counts(TraitIndex trait) const { return traits_[trait.at()].counts; }

    /// Runs of traits, in order: each is one pass over the genotypes.
    std::vector<Range<TraitIndex>> const& batches() const { return batches_; }
    /// Take up a scan of which batches are complete, and one perhaps begun (no traits: none): they
    /// stay, but for one that was begun and needs too much memory; those that follow are shared out
    /// anew where these are others than planned. \pre runs of traits, in order, from the first on
    /// \throws UserError where the memory does not suffice.
    void go_on_after(std::span<Range<TraitIndex> const> complete, Range<TraitIndex> begun);
    /// What decides the numbers, to compare plans by. Reads the files it depends on.
    /// \throws EnvironmentError.
    PlanFacts facts() const;
    std::int64_t most_traits() const;                      ///< Of a batch.
    std::int64_t unit_rows() const { return unit_rows_; }  ///< Of a row chunk of the results.
    /// Units that are scanned: all, or those of the shard; and their rows.
    Range<UnitIndex> units() const { return units_; }
    Range<GlobalVariantIndex> rows() const;
    /// The most of a block that one thread tests at once: where a variant takes long, few, so that
    /// threads share a block, and a request to stop is heard.
    std::int64_t piece_rows() const;
    std::int64_t memory_bytes() const { return memory_; }  ///< Peak of one rank.

    /// The null models of a batch; their layout has its traits, in order. The constructor has made
    /// those of the only one. \throws CorruptInput.
    ScanModels fit(std::size_t batch);

    /// How traits of logistic and Cox models are tested.
    EventSettings event_settings() const {
        return {.missing = request_.missing, .filter = request_.filter, .rule = request_.rule};
    }
    /// "score test, spa where p <= 0.05": of logistic and Cox models.
    std::string describe_correction() const;
    /// Is any trait regressed by it?
    bool has_model(TraitModel model) const;

    /// Where predictions come from; none where traits are tested as they are.
    PredictorSource const* predictors() const { return predictors_.get(); }
    /// Position of a trait in it.
    std::size_t predictor(TraitIndex trait) const { return traits_[trait.at()].predictor; }
    /// Files that predictions of the traits are in, as PredictorSource::files.
    std::vector<std::filesystem::path> predictor_files() const;
    /// Where the offsets of a batch are read; nothing without predictors.
    /// \param models  the batch's.
    std::optional<OffsetReader> offsets(std::size_t batch, ScanModels const& models) const;
    /// Position of a block's contig among the contigs that have offsets.
    std::size_t contig_of(ChosenBlock const& block) const { return contigs_[block.partition]; }

private:
    struct PlannedTrait {
        ColumnReference reference;
        TraitModel model = TraitModel::linear;
        TraitCounts counts;
        std::vector<std::string> collinear;
        std::uint64_t pattern = 0;      ///< Of missing values; equal for equal ones.
        std::int64_t columns = 0;       ///< Dense columns of the pattern's own,
        std::int64_t more_columns = 0;  ///< and of the trait's own, beside its first.
        std::size_t predictor = 0;      ///< In the source, where there is one.
    };

    void require_models(std::vector<TraitReference> const& asked) const;
    void find_predictors(Log& log);
    std::size_t predictor_of(ColumnReference const& trait) const;
    void require_unit(ColumnReference const& trait, TraitModel model) const;
    FittedBatch fit_columns(std::span<ColumnReference const> columns) const;
    OffsetExtent offset_extent() const;
    void survey(std::vector<TraitReference> const& asked, Log& log);
    void add_fitted(FittedBatch const& fitted, std::span<ColumnReference const> columns,
                    ScanMemory const& memory);
    class BatchNeeds;
    enum class Passes : std::uint8_t { one, several };
    ScanMemory memory_model() const;
    bool nearly_fits(Range<TraitIndex> batch) const;
    void make_batches(TraitIndex from, Passes passes);
    void describe_traits(Log& log) const;
    void warn_of_unused_options(Log& log) const;
    void warn_of_certain_events(Log& log) const;
    void warn_of_units(Log& log) const;

    ScanRequest request_;
    ScanLimits limits_;
    Cohort cohort_;
    StoreTables tables_;
    std::optional<TraitLoader> loader_;
    std::vector<ChosenBlock> blocks_;
    std::unique_ptr<PredictorSource> predictors_;
    std::vector<std::size_t> contigs_;  // Per partition, those that are not scanned included.
    std::int64_t variants_ = 0;
    std::int64_t base_samples_ = 0;
    std::int64_t expanded_covariates_ = 0;
    EventTraits events_;
    std::vector<PlannedTrait> traits_;
    std::vector<Range<TraitIndex>> batches_;
    std::int64_t unit_rows_ = 0;
    Range<UnitIndex> units_;
    std::int64_t memory_ = 0;
    std::optional<ScanModels> fitted_;  ///< Of the only batch.
};

}  // namespace maniple
