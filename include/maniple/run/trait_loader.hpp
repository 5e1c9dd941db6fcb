/// \file  From columns of a store to the null model of a scan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/model/binary_null.hpp"
#include "maniple/model/linear_null.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/predictor_source.hpp"

namespace maniple {

/// Some traits, fitted.
struct FittedTraits {
    LinearNull null;
    std::vector<std::size_t>
        accepted;                     ///< Per trait of `null`: its position among those asked for.
    std::vector<std::int64_t> cases;  ///< The same: samples with the value 1.
    std::vector<std::int64_t> unpredicted;  ///< The same: left out as nothing predicts them.
};

/// Some binary traits, fitted.
struct FittedBinaryTraits {
    BinaryNull null;
    std::vector<std::size_t>
        accepted;  ///< Per trait of `null`: its position among those asked for.
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

    /// \throws UserError when no candidate has every covariate; CorruptInput.
    FittedTraits fit(std::span<ColumnReference const> traits) const;

    /// Of traits that offsets will be taken from: samples without a prediction are left out.
    /// \param predictors  position in the source of each trait. Prepares them.
    FittedTraits fit(std::span<ColumnReference const> traits, PredictorSource& source,
                     std::span<std::size_t const> predictors) const;

    /// Of binary traits, by logistic regression. \throws as fit.
    FittedBinaryTraits fit_binary(std::span<ColumnReference const> traits,
                                  BinaryOptions const& options) const;

private:
    std::vector<Covariate> load_covariates() const;

    /// Leave out samples of a trait that is about to be fitted; returns how many.
    using Restrict = std::function<std::int64_t(std::size_t trait, SampleMask const& base,
                                                std::span<double> values)>;
    FittedTraits fit(std::span<ColumnReference const> traits,
                     std::vector<Completeness> const& known, Restrict const& restrict) const;

    StoreTables const& tables_;
    std::vector<ColumnReference> covariates_;
    SampleMask candidates_;
};

/// Traits that could not be fitted: an error where one was named, else a warning.
/// \throws UserError.
void judge_rejected(std::span<RejectedTrait const> all, std::vector<TraitReference> const& asked,
                    Log& log);

}  // namespace maniple
