// The likelihood of covariates and one genotype, and who it leaves without weight. Private to this
// module.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/model/event_null.hpp"
#include "newton.hpp"

namespace maniple {

/// What a step of Newton's method, the last one, did to the predictors of those who take part.
enum class LastStep {
    settled,   ///< It moved nobody.
    diverges,  ///< Some, all towards what they are, with no end. They are left out now.
    unclear,
};

/// A regression of a trait on its covariates and a genotype, beside the null model's predictor.
/// Parameters are those of the columns of Q (without the constant one for times), then the
/// genotype's.
///
/// A model without a finite optimum has a direction along which everybody's likelihood grows or
/// stays (A. Albert and J. A. Anderson 1984, Biometrika 71). Each step along it moves those whom
/// it tells by about 1, far out; their weights vanish, and the others' model remains. At a finite
/// optimum Newton's steps vanish instead. Columns of Q are rounded, so that those of a direction
/// that tells without error may err by as much: then there is an optimum, far out.
class FullModel {
public:
    FullModel() = default;
    FullModel(FullModel const&) = delete;
    FullModel& operator=(FullModel const&) = delete;
    virtual ~FullModel() = default;

    virtual std::int64_t columns() const = 0;
    /// Are there cases and controls, or events?
    virtual bool has_outcomes() const = 0;
    /// Does the genotype tell them apart, all by itself?
    virtual bool genotype_tells() const = 0;
    virtual Likelihood evaluate(std::span<double const> parameters) = 0;
    /// After an `evaluate` from where the step went, or where it arrived.
    virtual LastStep judge(std::span<double const> step) = 0;
    /// Does a direction tell everybody's status but for what columns were rounded by?
    virtual bool direction_tells(std::span<double const> direction) const = 0;

protected:
    static constexpr double rounded = 0x1p-22;  // Of a column's values, several units.
    static constexpr double settled = 1e-3;     // A move of a predictor,
    static constexpr double relative = 1e-6;    // or this share of it.
    static constexpr double diverged = 0.1;
};

/// Room for models of one thread.
struct FullModelRoom {
    /// \param stride  samples, padded. \param rank  of covariates, at the most.
    FullModelRoom(std::int64_t stride, std::int64_t rank);
    static std::int64_t bytes(std::int64_t stride, std::int64_t rank);

    AlignedBuffer<double> genotypes;  // Copies of the rarer allele.
    AlignedBuffer<double> inside;
    AlignedBuffer<double> predictor;
    AlignedBuffer<double> residual;
    AlignedBuffer<double> weight;
    AlignedBuffer<double> value;
    AlignedBuffer<double> lanes;
    AlignedBuffer<float> rows;  // Samples by time; their covariates.
};

/// Logistic regression. \pre `room.genotypes` and `room.inside` are filled; both are 0 for others
std::unique_ptr<FullModel> model_cases(EventNull const& null, EventTrait const& trait,
                                       FullModelRoom& room);
/// Cox regression, ties by Efron. \pre as above
std::unique_ptr<FullModel> model_times(EventNull const& null, EventTrait const& trait,
                                       FullModelRoom& room);

}  // namespace maniple
