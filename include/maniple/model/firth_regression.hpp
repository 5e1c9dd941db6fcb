/// \file  Firth's logistic regression with all its covariates.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/model/firth_effect.hpp"

namespace maniple {

/// Cases, covariates and one column whose effect is of interest. Rows of every array are samples,
/// `firth_padding` of them and multiples of it.
struct FirthProblem {
    MatrixView<float const> covariates;  ///< Columns x samples, the intercept among them.
    std::span<double const> column;      ///< The one of interest.
    std::span<double const> offset;      ///< Log odds where all effects are 0, e.g. a null model.
    std::span<double const> sign;        ///< 1 for a case, -1 for a control.
    std::span<double const> inside;      ///< 1 for who takes part, else 0.
};
inline constexpr std::int64_t firth_padding = 32;

/// Memory of one thread, reused.
class FirthWorkspace {
public:
    /// For problems of at most so many samples and covariate columns.
    FirthWorkspace(std::int64_t samples, std::int64_t covariates);
    static std::int64_t bytes(std::int64_t samples, std::int64_t covariates);

private:
    friend class FirthFit;
    AlignedBuffer<double> predictor_, cases_, residual_, weight_, value_, lanes_;
};

/// The column's effect where the likelihood times Jeffreys' prior is largest, its standard error by
/// the information there, and twice the rise of the penalised log likelihood above its largest
/// value without the effect (under the penalty of the whole information, as logistf's).
///
/// Ends when the next step is below 3e-6 standard errors. \param start  a guess of the effect.
/// \pre   extents agree, are padded, and the workspace has room
/// Serial; equal bits on every instruction set.
/// Sources: D. Firth (1993), Biometrika 80, section 3.1; G. Heinze and M. Schemper (2002), Stat.
/// Med. 21, equations 2 and 4.
FirthEffect fit_firth(FirthProblem const& problem, double start, FirthWorkspace& workspace);

}  // namespace maniple
