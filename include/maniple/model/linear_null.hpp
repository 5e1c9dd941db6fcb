/// \file  Linear regression of every trait on the covariates, before any genotype is seen.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "maniple/linalg/row_products.hpp"
#include "maniple/model/inflation.hpp"
#include "maniple/trait/covariates.hpp"

namespace maniple {

/// A trait to be tested: one value per sample of the cohort, NaN = missing.
struct ScanTrait {
    std::string name;
    std::vector<double> values;
};

/// A trait that no regression can be run for, and why.
struct RejectedTrait {
    std::string name;
    std::string reason;  ///< "problem (why); what to do"
};

/// The samples that one or more traits share, and the covariates on them.
struct MissingnessPattern {
    SampleMask mask;                   ///< Samples with these traits and every covariate.
    std::int64_t samples = 0;          ///< In the mask.
    std::int64_t rank = 0;             ///< Columns of the basis Q, the intercept (first) included.
    std::int64_t first_column = 0;     ///< Of the other rank - 1 in `LinearNull::columns`.
    std::vector<SampleIndex> lacking;  ///< In those columns, but not of this pattern: to subtract.
    std::vector<std::string> collinear;  ///< Covariates left out on these samples.
    std::vector<std::size_t> traits;     ///< Positions in `LinearNull::traits`.
    RowLayout layout;                    ///< One sample's row: Q, then the traits.
    std::vector<double> products;        ///< Q'Q and Q'Y over the mask, rank x layout.width().
    std::vector<double> factor;          ///< Cholesky factor of Q'Q, a triangle.
    CovariateInflation inflation;        ///< Of the covariates that Q is made of.
    double inflated = 1;                 ///< Their largest variance inflation on the mask.
};

/// One trait, residualised on its own samples and in fixed point.
struct NullTrait {
    std::string name;
    PatternIndex pattern{0};
    std::int64_t column = 0;        ///< In `LinearNull::columns`.
    std::int64_t position = 0;      ///< In its pattern's layout.
    double unit = 0;                ///< Of its integers [trait].
    double squares = 0;             ///< y'y [trait^2].
    std::vector<double> solved;     ///< inverse(factor) Q'y: the rounding residue of y on Q.
    double residual_squares = 0;    ///< y'y - |solved|^2 [trait^2].
    std::vector<double> residuals;  ///< y per sample of the cohort, 0 outside the pattern [trait].
};

/// Everything a linear scan needs to know about traits and covariates; immutable once fitted.
///
/// A trait's entries depend on the covariates, the candidate samples and the trait itself, never on
/// the other traits: a pattern that lacks few samples is regressed on the columns of the base (all
/// candidates with every covariate), others on a basis of their own, and which it is depends on the
/// pattern alone. Whether the base's columns are shared, less the samples a pattern lacks, or
/// copied for it without them, changes no integer.
class LinearNull {
public:
    /// \param candidates  samples that may take part.
    /// \param covariates  without intercept; any of them may be collinear.
    /// \param traits      consumed.
    /// \pre   every vector has candidates.samples() values
    /// \throws UserError when no candidate has every covariate.
    LinearNull(SampleMask const& candidates, std::vector<Covariate> covariates,
               std::vector<ScanTrait> traits);

    std::int64_t samples() const { return base_.samples(); }  ///< Of the cohort.
    SampleMask const& base() const { return base_; }          ///< Candidates with every covariate.
    std::vector<Covariate> const& covariates() const { return covariates_; }
    std::span<MissingnessPattern const> patterns() const { return patterns_; }
    std::span<NullTrait const> traits() const { return traits_; }
    std::span<RejectedTrait const> rejected() const { return rejected_; }

    MissingnessPattern const& pattern(PatternIndex p) const { return patterns_[p.at()]; }

    /// samples x (covariate columns, then traits): what genotypes are multiplied with.
    FixedPointMatrix const& columns() const { return columns_; }

    /// Memory of all of it.
    std::int64_t bytes() const;

private:
    class Fit;

    SampleMask base_;
    std::vector<Covariate> covariates_;
    std::vector<MissingnessPattern> patterns_;
    std::vector<NullTrait> traits_;
    std::vector<RejectedTrait> rejected_;
    FixedPointMatrix columns_;
};

}  // namespace maniple
