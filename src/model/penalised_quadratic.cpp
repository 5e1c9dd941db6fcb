#include "penalised_quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "maniple/core/contract.hpp"
#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

// Standardised genotypes have curvature 1: so little is rounding, of a variant that covariates
// explain.
constexpr double least_curvature = 1e-7;

// Elements of G are rounded to single precision. So much more on its diagonal keeps the quadratic
// convex and above the true one; gradients are exact, so the solution stays the same.
constexpr double rounding_allowance = 1e-6;

SubtractRow* choose_form() {
    switch (instruction_set()) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return subtract_row_avx512;
        case InstructionSet::avx2:
            return subtract_row_avx2;
#endif
        default:
            return subtract_row_scalar;
    }
}

double soft_threshold(double value, double by) {
    if (value > by) return value - by;
    if (value < -by) return value + by;
    return 0;
}

class Descent {
public:
    Descent(PenalisedQuadratic const& quadratic, std::span<double> gradient,
            std::span<double> coefficients)
        : quadratic_{quadratic}, gradient_{gradient}, coefficients_{coefficients} {}

    // Largest error of a coordinate's gradient before its turn.
    double sweep(std::span<std::int64_t const> coordinates) {
        double worst = 0;
        for (auto j : coordinates) worst = std::max(worst, turn(j));
        return worst;
    }

private:
    double turn(std::int64_t j) {
        static auto* const subtract_row = choose_form();
        auto const at = static_cast<std::size_t>(j);
        double const own = static_cast<double>(quadratic_.gram(j, j));
        if (own < least_curvature) return 0;
        double const curvature = quadratic_.curvature * own * (1 + rounding_allowance);
        double const before = coefficients_[at];
        double const after = soft_threshold(gradient_[at] + curvature * before, quadratic_.l1) /
                             (curvature + quadratic_.l2);
        double const step = after - before;
        if (step == 0) return 0;
        coefficients_[at] = after;
        subtract_row(quadratic_.gram.row(j).data(), quadratic_.curvature * step, gradient_.data(),
                     quadratic_.gram.columns());
        gradient_[at] -= curvature * step - quadratic_.curvature * own * step;
        return std::abs(step) * (curvature + quadratic_.l2);
    }

    PenalisedQuadratic const& quadratic_;
    std::span<double> gradient_;
    std::span<double> coefficients_;
};

}  // namespace

std::int64_t descend(PenalisedQuadratic const& quadratic, std::span<double> gradient,
                     std::span<double> coefficients, DescentLimits limits) {
    auto const size = quadratic.gram.columns();
    expect(quadratic.gram.rows() == size && std::ssize(gradient) == size &&
               std::ssize(coefficients) == size,
           "one gradient and coefficient per coordinate");
    Descent descent{quadratic, gradient, coefficients};
    std::vector<std::int64_t> all(static_cast<std::size_t>(size));
    for (std::int64_t j = 0; j < size; ++j) all[static_cast<std::size_t>(j)] = j;
    for (std::int64_t sweeps = 1; sweeps <= limits.most_sweeps; ++sweeps) {
        if (descent.sweep(all) <= limits.tolerance) return sweeps;
    }
    return limits.most_sweeps;
}

}  // namespace maniple
