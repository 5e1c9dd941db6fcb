/// \file  Regression of events, cases or those in time, on the covariates, before any genotype is
///        seen.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/index.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "maniple/model/linear_null.hpp"
#include "maniple/model/risk_sets.hpp"
#include "maniple/trait/covariates.hpp"

namespace maniple {

/// What the number of a sample's events is taken for.
enum class Family : std::uint8_t {
    bernoulli,  ///< A binary trait, by logistic regression: a case or none.
    poisson,    ///< A time to an event, by Cox regression: Poisson given the cumulative hazard.
};

struct EventOutline {
    std::string name;
    Family family = Family::bernoulli;
};

/// Both fill a buffer of one value per sample of the cohort, NaN where it is missing.
struct EventLoaders {
    LoadTrait values;  ///< 0 (control) or 1 (case); or the time to event or censoring.
    LoadTrait events;  ///< Of traits with times alone, where there is one: 1 event, 0 censored.
};

struct EventOptions {
    /// Traits with fewer cases, controls of a binary one, or events, are rejected.
    std::int64_t fewest_cases = 20;
};

/// The samples that one or more traits share, and their covariates.
struct EventPattern {
    SampleMask mask;                     ///< Samples with these traits and every covariate.
    std::int64_t samples = 0;            ///< In the mask.
    std::vector<std::string> collinear;  ///< Covariates left out on these samples.
    std::vector<std::size_t> traits;     ///< Positions in `EventNull::traits`.
    std::int64_t rank = 0;               ///< Columns of Q, the constant one (first) included.
    /// Orthonormal columns Q of intercept and covariates, EventNull::stride() apart; 0 outside the
    /// mask.
    AlignedBuffer<float> basis;
    AlignedBuffer<double> inside;  ///< Per sample: 1 in the mask, else 0.
};

/// One trait and its null model: m, the mean number of each sample's events, and its variance w.
/// Cases have their risk, and w = m (1 - m); events in time their cumulative hazard over the time,
/// and w = m.
///
/// Its columns in `EventNull::columns` are the residual y - m, y being 1 for an event, then w Z_1,
/// w Z_2, ...: Z are combinations of the covariates with Z'WZ = 1, the first of them constant, so
/// that what covariates explain of a genotype g is |Z'Wg|^2 of g'Wg.
struct EventTrait {
    std::string name;
    Family family = Family::bernoulli;
    PatternIndex pattern{0};
    std::int64_t cases = 0;          ///< Or events,
    std::int64_t controls = 0;       ///< and those censored.
    std::int64_t rank = 0;           ///< Columns of Z.
    std::int64_t first_column = 0;   ///< In `columns`.
    std::vector<double> units;       ///< Of the integers of its 1 + rank columns.
    std::int64_t weight_column = 0;  ///< In `weights`: w.
    double weight_unit = 0;
    double weight_sum = 0;  ///< Of w,
    double third_sum = 0;   ///< and of the third cumulant, w (1 - 2 m) or w.
    std::vector<double>
        factor;  ///< L, L L' = Q'WQ, a triangle (linalg/cholesky.hpp): Z' = inv(L) Q'.
    AlignedBuffer<double> mean;       ///< m, padded; 0 outside the pattern.
    AlignedBuffer<double> sign;       ///< 1 for a case or event, else -1.
    AlignedBuffer<double> predictor;  ///< Binary: log odds of m, the offset included; 0 outside.
    RiskSets risk_sets;               ///< Times: who is at risk when events happen.

    double residual(SampleIndex s) const { return (sign[s.get()] > 0 ? 1 : 0) - mean[s.get()]; }
    double weight(SampleIndex s) const {
        double const m = mean[s.get()];
        return family == Family::bernoulli ? m * (1 - m) : m;
    }
    std::int64_t bytes() const {  ///< Beside its columns.
        return 8 * (mean.size() + sign.size() + predictor.size()) + risk_sets.bytes();
    }
};

/// Everything that tests of events need to know about traits and covariates; immutable once
/// fitted. A trait's entries depend on the covariates, the candidate samples and the trait, never
/// on the other traits.
class EventNull {
public:
    /// \param candidates  samples that may take part.
    /// \param covariates  without intercept; any of them may be collinear.
    /// \pre   every covariate has candidates.samples() values
    /// \throws UserError when no candidate has every covariate, or a case or event is neither 0 nor
    ///         1; what the loaders throw.
    EventNull(SampleMask const& candidates, std::span<Covariate const> covariates,
              std::span<EventOutline const> traits, EventLoaders const& load,
              EventOptions const& options = {});

    std::int64_t samples() const { return base().samples(); }  ///< Of the cohort.
    std::int64_t stride() const { return stride_; }            ///< Samples, padded.
    SampleMask const& base() const { return frame_->base; }    ///< Candidates with every covariate.
    std::span<EventPattern const> patterns() const { return frame_->patterns; }
    std::span<EventTrait const> traits() const { return traits_; }
    std::span<RejectedTrait const> rejected() const { return rejected_; }
    EventPattern const& pattern(PatternIndex p) const { return frame_->patterns[p.at()]; }

    FixedPointMatrix const& columns() const { return columns_; }  ///< Times genotypes.
    FixedPointMatrix const& weights() const { return weights_; }  ///< Times [genotype = 2].

    /// Memory of all of it.
    std::int64_t bytes() const;
    /// And without what null models share that differ in offsets alone.
    std::int64_t own_bytes() const;

private:
    class Fit;
    friend class OffsetBinaryNull;

    /// What does not depend on who is a case.
    struct Frame {
        explicit Frame(SampleMask some) : base{std::move(some)} {}

        SampleMask base;
        std::vector<EventPattern> patterns;
    };

    EventNull() = default;

    std::shared_ptr<Frame> frame_;  // Shared by null models that differ in offsets alone.
    std::int64_t stride_ = 0;
    std::vector<EventTrait> traits_;
    std::vector<RejectedTrait> rejected_;
    FixedPointMatrix columns_;
    FixedPointMatrix weights_;
};

}  // namespace maniple
