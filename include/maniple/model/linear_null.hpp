/// \file  Linear regression of every trait on the covariates, before any genotype is seen.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "maniple/linalg/row_moments.hpp"
#include "maniple/model/inflation.hpp"
#include "maniple/trait/covariates.hpp"

namespace maniple {

/// A trait to be tested: one value per sample of the cohort, NaN = missing.
struct ScanTrait {
    std::string name;
    std::vector<double> values;
};

enum class Completeness { unknown, every_sample };

/// What is known of a trait before its values are loaded.
struct TraitOutline {
    std::string name;
    Completeness values = Completeness::unknown;  ///< Has every sample of the cohort a value?
};

/// Fills `values` (one per sample of the cohort, NaN = missing) with those of one trait, by its
/// position in the list of traits. Called once per trait that has every value, else twice.
using LoadTrait = std::function<void(std::size_t trait, std::span<double> values)>;

/// Candidates with a value of every covariate.
SampleMask complete_samples(SampleMask const& candidates, std::span<Covariate const> covariates);

/// A trait that no regression can be run for, and why.
struct RejectedTrait {
    std::string name;
    std::string reason;  ///< "problem (why); what to do"
};

/// An orthonormal basis Q of the intercept and the covariates on some samples, and the traits that
/// are regressed on it. In `LinearNull::columns` they lie side by side: first the rank - 1 columns
/// of Q without its intercept, whose sums are counts, then the traits' residuals.
struct Design {
    std::int64_t first_column = 0;
    std::int64_t rank = 0;              ///< Columns of Q, the intercept (ones) included.
    SampleMask samples;                 ///< On which Q is orthonormal.
    std::vector<std::size_t> patterns;  ///< Positions in `LinearNull::patterns`.
    std::vector<std::size_t> traits;    ///< Positions in `LinearNull::traits`, by column.
    std::vector<double> units;          ///< Of each column's integers: 1 / scale.
    CovariateInflation inflation;       ///< Of the covariates that Q is made of.

    std::int64_t covariates() const { return rank - 1; }
    std::int64_t row_stride() const { return (rank + 7) / 8 * 8; }
    std::int64_t columns() const { return rank - 1 + std::ssize(traits); }
    MomentColumns moments() const { return {first_column, covariates(), columns()}; }
    MomentColumns covariate_moments() const { return {first_column, covariates(), covariates()}; }
};

/// The samples that one or more traits share, and Q on them. Triangles are those of
/// linalg/cholesky.hpp.
struct MissingnessPattern {
    SampleMask mask;           ///< Samples with these traits and every covariate.
    std::int64_t samples = 0;  ///< In the mask.
    std::size_t design = 0;
    std::vector<SampleIndex> lacking;    ///< Samples of the design that are not in the mask.
    FixedPointMatrix lacking_columns;    ///< Q of these samples, without its intercept.
    std::vector<double> lacking_rows;    ///< Rows of Q of these, `row_stride` apart.
    std::vector<std::string> collinear;  ///< Covariates left out on these samples.
    std::vector<std::size_t> traits;     ///< Positions in `LinearNull::traits`.
    std::vector<double> gram;            ///< Q'Q over the mask, a triangle.
    std::vector<double> factor;          ///< Its Cholesky factor with an inverse diagonal.
    double inflated = 1;                 ///< Largest variance inflation of a covariate on the mask.
};

/// One trait, residualised on its own samples and in fixed point.
struct NullTrait {
    std::string name;
    PatternIndex pattern{0};
    std::int64_t column = 0;                 ///< In `LinearNull::columns`.
    double unit = 0;                         ///< Of its integers [trait].
    double squares = 0;                      ///< y'y [trait^2].
    std::vector<double> covariate_products;  ///< Q'y: what rounding to integers left of it.
    std::vector<double> solved;              ///< inverse(factor) Q'y.
    double residual_squares = 0;             ///< y'y - |solved|^2 [trait^2].
};

/// Everything a linear scan needs to know about traits and covariates; immutable once fitted.
///
/// A trait's entries depend on the covariates, the candidate samples and the trait itself, never on
/// the other traits: a pattern that lacks up to a quarter of the base (all candidates with every
/// covariate) is regressed on the base's columns less the samples it lacks, where these stay well
/// apart without them; any other on a basis of its own.
class LinearNull {
public:
    /// \param candidates  samples that may take part.
    /// \param covariates  without intercept; any of them may be collinear.
    /// \param traits      with a value of every sample where they say so.
    /// \param load        where their values come from.
    /// \pre   every covariate has candidates.samples() values
    /// \throws UserError when no candidate has every covariate; what `load` throws.
    LinearNull(SampleMask const& candidates, std::vector<Covariate> covariates,
               std::vector<TraitOutline> traits, LoadTrait const& load);
    /// \pre   every vector has candidates.samples() values
    LinearNull(SampleMask const& candidates, std::vector<Covariate> covariates,
               std::span<ScanTrait const> traits);

    std::int64_t samples() const { return base().samples(); }  ///< Of the cohort.
    SampleMask const& base() const { return frame_->base; }    ///< Candidates with every covariate.
    std::vector<Covariate> const& covariates() const { return frame_->covariates; }
    std::span<Design const> designs() const { return designs_; }
    std::span<MissingnessPattern const> patterns() const { return frame_->patterns; }
    std::span<NullTrait const> traits() const { return traits_; }
    std::span<RejectedTrait const> rejected() const { return rejected_; }

    MissingnessPattern const& pattern(PatternIndex p) const { return frame_->patterns[p.at()]; }

    /// samples x columns of all designs: what genotypes are multiplied with.
    FixedPointMatrix const& columns() const { return columns_; }

    /// A trait's residual on the covariates to 48 bits [trait]; 0 outside its pattern.
    double residual(NullTrait const& trait, SampleIndex s) const {
        auto const rest = columns_.remainders(trait.column)[s.at()];
        return (columns_(s.get(), trait.column) + rest / FixedPointMatrix::remainders_per_step) *
               trait.unit;
    }

    /// Samples that a pattern lacks, at the most, of so many in the cohort.
    static std::int64_t most_lacking(std::int64_t samples);

    /// Memory of all of it.
    std::int64_t bytes() const;

private:
    class Fit;
    friend class OffsetNull;

    /// What does not depend on the traits' values where they are observed.
    struct Frame {
        explicit Frame(SampleMask some) : base{std::move(some)} {}

        SampleMask base;
        std::vector<Covariate> covariates;
        std::vector<MissingnessPattern> patterns;
    };

    LinearNull() = default;

    std::shared_ptr<Frame> frame_;  // Shared by null models that differ in offsets alone.
    std::vector<Design> designs_;
    std::vector<NullTrait> traits_;
    std::vector<RejectedTrait> rejected_;
    FixedPointMatrix columns_;
};

}  // namespace maniple
