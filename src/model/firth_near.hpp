// Firth's regressions of many columns beside one trait's covariates. Private to this module.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "firth_near_lanes.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/model/firth_effect.hpp"

namespace maniple {

/// Cases and covariates, as in FirthProblem, where the offset is the null model.
struct FirthTrait {
    MatrixView<float const> covariates;
    std::span<double const> offset;
    std::span<double const> risks;   ///< By the offset; 0 for who takes no part.
    std::span<double const> factor;  ///< L, L L' = Q'WQ with these.
    std::span<double const> sign;
    std::span<double const> inside;
};

/// A column whose effect is of interest.
struct NearColumn {
    std::span<double const> genotypes;  ///< As regressed on the covariates at the null model.
    std::span<double const> inside;     ///< 1 for who takes part, else 0; empty: all of the trait.
    double start;                       ///< A guess of the effect,
    double limit;                       ///< which times any genotype stays below 60.
    double information;                 ///< Of the effect, at the null model,
    double information_there;           ///< and with the guess.
};

/// A trait's regression on covariates alone, near Firth's, from where regressions with another
/// column start: what differs from it is summed up in floats, all else is known.
class FirthNeighbourhood {
public:
    /// For at most so many samples (padded) and covariate columns.
    FirthNeighbourhood(std::int64_t samples, std::int64_t covariates);
    static std::int64_t bytes(std::int64_t samples, std::int64_t covariates);

    /// Of this trait from now on, whose arrays are to stay.
    void start(FirthTrait const& trait);

    /// What fit_firth() is to find; nothing where the optimum is not near.
    std::optional<FirthEffect> fit(NearColumn const& column);

private:
    class Fit;

    /// Risks by offset and covariates; false where covariates are collinear.
    bool evaluate(FirthTrait const& trait, std::span<double> score);
    std::span<double const> mask(std::span<double const> values, std::span<double const> inside,
                                 AlignedBuffer<double>& masked) const;

    std::int64_t rank_ = 0;
    std::int64_t count_ = 0;
    bool is_usable_ = false;
    std::vector<float const*> columns_;
    std::vector<double> information_;  // Q'WQ, a triangle; at the base, as all of these.
    std::vector<double> inverse_;
    std::vector<double> factor_;
    std::vector<double> score_;    // Q'(y - m)
    std::vector<double> step_;     // To Firth's optimum.
    std::vector<double> largest_;  // Of each column.
    AlignedBuffer<double> risks_, residuals_, weights_, leverages_, work_;
    AlignedBuffer<double> inside_risks_, inside_residuals_;  // Of a column without some samples.
    AlignedBuffer<double> lanes_;
};

}  // namespace maniple
