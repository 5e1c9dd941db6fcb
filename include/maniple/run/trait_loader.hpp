/// \file  From columns of a store to the null model of a scan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/model/event_null.hpp"
#include "maniple/model/linear_null.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/model_choice.hpp"
#include "maniple/run/predictor_source.hpp"
#include "maniple/run/trait_counts.hpp"

namespace maniple {

/// Some traits, fitted.
template <class Null>
struct FittedTraits {
    Null null;
    /// Per trait of `null`: its position among those asked for, and its people.
    std::vector<std::size_t> accepted;
    std::vector<TraitCounts> counts;
};

/// Where predictions of some traits are, which offsets will be made of: samples without one are
/// left out.
struct TraitPredictors {
    PredictorSource const* source = nullptr;  ///< None: everybody may take part.
    std::vector<std::size_t> positions;       ///< In the source, of each trait; prepared.
};

/// Reads traits and covariates as they are needed and fits them.
class TraitLoader {
public:
    /// \param tables  outlive this object. \param candidates  samples that may take part.
    TraitLoader(StoreTables const& tables, std::vector<ColumnReference> covariates,
                SampleMask candidates);

    SampleMask const& candidates() const { return candidates_; }
    std::vector<ColumnReference> const& covariates() const { return covariates_; }
    /// Columns that the covariates make, at the most: one for each level but the first.
    std::int64_t covariate_columns() const;

    /// By linear regression, on the people whom other models are about: \param models  that the
    /// traits have elsewhere; empty: linear ones.
    /// \throws UserError when no candidate has every covariate; CorruptInput.
    FittedTraits<LinearNull> fit(std::span<ColumnReference const> traits,
                                 TraitPredictors const& predictors = {},
                                 std::span<TraitModel const> models = {}) const;

    /// Of binary traits by logistic regression, and of times to event by Cox regression; without
    /// people whose status a level of a covariate tells, which have no part in such a model.
    /// \throws as fit; UserError where times are negative, or events neither 0 nor 1.
    FittedTraits<EventNull> fit_events(std::span<ColumnReference const> traits,
                                       EventOptions const& options,
                                       TraitPredictors const& predictors = {}) const;

private:
    std::vector<Column> load_covariates() const;

    StoreTables const& tables_;
    std::vector<ColumnReference> covariates_;
    SampleMask candidates_;
};

/// Traits that could not be fitted: an error where one was named, else a warning.
/// \throws UserError.
void judge_rejected(std::span<RejectedTrait const> all, std::vector<TraitReference> const& asked,
                    Log& log);

}  // namespace maniple
