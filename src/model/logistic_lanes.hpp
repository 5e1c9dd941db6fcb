// One function per instruction set; see core/instruction_set.hpp.
#pragma once

#include <cstdint>

namespace maniple {

constexpr std::int64_t logistic_lane_width = 8;

/// The logistic likelihood of some samples, each by itself. Equal bits on every instruction set.
struct LogisticTask {
    double const* predictor;  ///< Log odds of being a case, finite.
    double const* sign;       ///< 1 for a case, -1 for a control.
    std::int64_t count;       ///< A multiple of logistic_lane_width.
    double* residual;         ///< Case status (0 or 1) less its probability.
    double* weight;           ///< Probability times that of the other outcome.
    double* log_likelihood;
};

using EvaluateLogistic = void(LogisticTask const& task);

EvaluateLogistic evaluate_logistic_scalar;
EvaluateLogistic evaluate_logistic_avx2;
EvaluateLogistic evaluate_logistic_avx512;

/// The form for `instruction_set()`.
void evaluate_logistic(LogisticTask const& task);

}  // namespace maniple
