/// \file  Firth's regression of one effect, the covariates' being given.
#pragma once

#include "maniple/stats/saddlepoint.hpp"

namespace maniple {

/// An effect and what the likelihood says of it.
struct FirthEffect {
    bool has_converged = false;
    double beta = 0;              ///< Log odds per unit of the genotype.
    double standard_error = 0;    ///< 1 / sqrt(information) at beta.
    double likelihood_ratio = 0;  ///< Twice the rise of the penalised log likelihood from 0.
};

/// The largest penalised likelihood of log odds = null model + beta G, with G what covariates leave
/// of the genotype and the penalty of G's own information: l(beta) = beta U - K(beta) +
/// log K''(beta) / 2, for K is the log likelihood's curvature and the score's cumulant function in
/// one.
///
/// \param score  U, the sum of G times the null model's residuals.
/// Sources: D. Firth (1993), Biometrika 80, section 3.1; J. Mbatchou et al. (2021), Nat. Genet. 53,
/// Methods, "Firth logistic regression".
FirthEffect fit_firth_effect(CumulantFunction const& cumulants, double score);

}  // namespace maniple
