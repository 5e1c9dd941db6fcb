/// \file  What a fit of polygenic scores will do, decided and checked before any genotype is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/log.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/model/elastic_net.hpp"
#include "maniple/model/ridge.hpp"
#include "maniple/model/variant_filter.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/kept_state.hpp"
#include "maniple/run/sample_choice.hpp"
#include "maniple/run/variant_choice.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/trait/covariates.hpp"
#include "maniple/trait/training_split.hpp"

namespace maniple {

/// Penalties from the largest, at which the first variant enters, in equal steps of their logs.
struct PenaltyGrid {
    std::int64_t count = 100;
    /// Of the largest; nothing: with more variants than samples the null model's noise, but 0.01
    /// to 0.1; else 0.0001.
    std::optional<double> smallest_ratio;
    std::optional<std::vector<double>> values;  ///< Instead of all that.
};

enum class FitMethod { elastic_net, ridge, stacked_ridge };
/// As the option of the command line.
std::string to_string(FitMethod method);
enum class ValidateBy { split, folds };
enum class FinalFit { all_samples, training_samples };
/// Of a fit that is done. While it is there, the same fit is there again without any work.
enum class DoneCheckpoint { remove, keep };

/// Of stacked ridge regressions: as WholeGenomeRequest.
struct StackedOptions {
    std::int64_t block_variants = 512;
    std::vector<double> heritabilities{0.01, 0.25, 0.5, 0.75, 0.99};
    std::optional<std::int64_t> memory;  ///< Of a rank [bytes]; nothing: most of what there is.
    std::filesystem::path scratch;
};

struct SplitRequest {
    std::string column;  ///< Of a table; empty: by a hash of the sample ID.
    SplitShares shares;
    std::int64_t folds = 5;
    std::uint64_t seed = 1;
};

/// What was asked for.
struct FitRequest {
    std::filesystem::path store;
    std::string name;            ///< Of the model.
    std::filesystem::path home;  ///< Folder whose "models" gets it; empty: the store.
    std::filesystem::path run;   ///< Folder of the report; empty: none.
    std::vector<std::string> traits;
    std::vector<std::string> covariates;
    FitMethod method = FitMethod::elastic_net;
    /// \name Of elastic nets.
    /// @{
    PenaltyGrid penalties;
    ElasticNetOptions solver;
    /// @}
    /// \name Of ridge regressions.
    /// @{
    std::optional<double> heritability;  ///< Nothing: chosen.
    RidgeOptions ridge;
    /// @}
    StackedOptions stacked;
    ValidateBy validate = ValidateBy::split;
    SplitRequest split;
    FinalFit final_fit = FinalFit::all_samples;
    std::int64_t early_stop = 10;  ///< Penalties without improvement; 0: go on to the end.
    VariantFilter filter;          ///< On the samples used.
    SampleFiles samples;
    VariantFiles variants;
    int threads = 1;
    ExistingFile existing = ExistingFile::refuse;
    DoneCheckpoint checkpoint = DoneCheckpoint::remove;

    std::filesystem::path const& model_home() const { return home.empty() ? store : home; }
    std::filesystem::path model_path() const { return model_home() / "models" / (name + ".h5"); }
};

/// One trait of the fit. One value per sample; NaN = missing.
struct FitTrait {
    std::string label;  ///< "height", or "time:event".
    Outcome outcome = Outcome::quantitative;
    std::vector<double> values;
    std::vector<double> events;  ///< Times to event alone.
};

/// One elastic net: a trait on some samples.
struct FitProblem {
    enum class Kind {
        path,   ///< The trait's path of penalties.
        fold,   ///< The same without one fold, judged on it.
        final,  ///< On all samples used, at the penalty that was chosen.
    };
    Kind kind = Kind::path;
    std::size_t trait = 0;
    std::int32_t fold = 0;
    SampleMask training;  ///< With trait and covariates.
    SampleMask judged;    ///< Whom the penalty is chosen on; may be nobody.
};

/// The same on every rank, but for the number of threads.
class FitPlan {
public:
    /// Opens the store, reads traits and covariates, splits the samples. Explains itself in `log`.
    /// \throws UserError where the request cannot be met; whatever the store throws.
    FitPlan(FitRequest request, Log& log);
    FitPlan(FitPlan const&) = delete;
    FitPlan& operator=(FitPlan const&) = delete;

    FitRequest const& request() const { return request_; }
    Cohort const& cohort() const { return cohort_; }
    std::filesystem::path model_path() const { return request_.model_path(); }
    std::vector<ChosenBlock> const& blocks() const { return blocks_; }
    std::int64_t variants() const { return variants_; }  ///< Chosen, before filters.
    std::vector<FitTrait> const& traits() const { return traits_; }
    std::vector<FitProblem> const& problems() const { return problems_; }
    std::vector<std::string> covariate_names() const;  ///< As expanded.
    std::vector<std::string> covariate_labels() const;
    /// Training and validation samples with every covariate: filters look at these.
    SampleMask const& used() const { return used_; }
    std::uint64_t split_fingerprint() const { return split_fingerprint_; }

    /// What a problem's elastic net is made of; refers to the plan.
    PenalisedTrait penalised(FitProblem const& problem) const;
    std::span<Covariate const> covariates() const { return covariates_; }

    /// Everything that the result depends on.
    PlanFacts facts() const;

private:
    void add_trait(std::vector<ColumnReference> const& columns, StoreTables const& tables,
                   std::string const& word);
    std::vector<SamplePart> split(StoreTables const& tables, Log& log) const;
    void add_problems(std::vector<SamplePart> const& parts);
    void add_folds(std::size_t trait, SampleMask const& known);
    void require_people(FitProblem const& problem) const;
    void require_outcome(FitTrait const& trait) const;
    void describe(std::vector<SamplePart> const& parts, Log& log) const;
    std::string describe_people_of(std::size_t trait, SampleMask const& mask) const;

    FitRequest request_;
    Cohort cohort_;
    std::vector<ColumnReference> covariate_columns_;
    std::vector<Covariate> covariates_;
    std::vector<FitTrait> traits_;
    std::vector<ChosenBlock> blocks_;
    std::int64_t variants_ = 0;
    SampleMask chosen_;
    SampleMask used_;
    std::vector<FitProblem> problems_;
    std::uint64_t split_fingerprint_ = 0;
};

}  // namespace maniple
