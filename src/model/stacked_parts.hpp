/// \file  What level 1 of quantitative and of binary traits share.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/model/stacked_ridge.hpp"

namespace maniple {

/// The contracts of both functions of model/stacked_ridge.hpp.
void check(StackedData const& data);

/// Sums over samples of observed y and predicted p, each sample predicted without its fold.
struct PredictionSums {
    double samples = 0;
    double y = 0;
    double yy = 0;
    double p = 0;
    double pp = 0;
    double py = 0;
    double log_likelihood = 0;

    PredictionSums& operator+=(PredictionSums const& other);
    StackedLoss loss() const;
};

/// Fill in the contigs and the predictions from fit.fold_coefficients.
void predict(StackedData const& data, StackedFit& fit);

/// A fit of no use: everything zero.
StackedFit without_result(StackedData const& data, FitStatus status);

}  // namespace maniple
