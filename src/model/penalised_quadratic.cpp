#include "penalised_quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
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
constexpr double rounding_allowance = 2e-7;

// Sweeps before, and iterations of, conjugate gradients.
constexpr std::int64_t sweeps_in_turn = 15;
constexpr std::int64_t iterations_in_turn = 50;

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

SubtractRow* subtract_row() {
    static auto* const chosen = choose_form();
    return chosen;
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

    // Conjugate gradients over the coordinates that are not 0, signs kept: where coordinates depend
    // on each other, sweeps alone need as many as the matrix' condition number, these its root.
    // Rows are read once an iteration, as in a sweep. Returns iterations.
    std::int64_t polish(DescentLimits limits) {
        std::vector<std::int64_t> inside;
        std::vector<double> rest;
        for (std::int64_t j = 0; j < std::ssize(coefficients_); ++j) {
            double const b = coefficients_[static_cast<std::size_t>(j)];
            if (b == 0 || own_curvature(j) < least_curvature) continue;
            inside.push_back(j);
            rest.push_back(gradient_[static_cast<std::size_t>(j)] - quadratic_.l2 * b -
                           std::copysign(quadratic_.l1, b));
        }
        std::vector<double> step(inside.size());
        std::vector<double> bent(gradient_.size());  // curvature G step
        auto direction = rest;
        double squares = std::inner_product(rest.begin(), rest.end(), rest.begin(), 0.0);
        std::int64_t iterations = 0;
        while (iterations < limits.most_sweeps && largest(rest) > limits.tolerance) {
            ++iterations;
            auto const image = multiply(inside, direction);
            double along = 0;
            for (std::size_t i = 0; i < inside.size(); ++i)
                along += direction[i] * ridged(image, inside[i], direction[i]);
            if (!(along > 0)) break;
            double const length = squares / along;
            for (std::size_t i = 0; i < inside.size(); ++i) {
                step[i] += length * direction[i];
                rest[i] -= length * ridged(image, inside[i], direction[i]);
            }
            for (std::size_t k = 0; k < bent.size(); ++k) bent[k] += length * image[k];
            double const before = std::exchange(
                squares, std::inner_product(rest.begin(), rest.end(), rest.begin(), 0.0));
            for (std::size_t i = 0; i < inside.size(); ++i)
                direction[i] = rest[i] + squares / before * direction[i];
        }
        take(inside, step, bent);
        return iterations;
    }

private:
    // Of one coordinate, as stored.
    double own_curvature(std::int64_t j) const {
        return static_cast<double>(quadratic_.gram(j, j));
    }

    static double largest(std::span<double const> values) {
        double most = 0;
        for (double value : values) most = std::max(most, std::abs(value));
        return most;
    }

    // curvature G x, for x that is 0 but for the coordinates `inside`.
    std::vector<double> multiply(std::span<std::int64_t const> inside,
                                 std::span<double const> x) const {
        std::vector<double> image(gradient_.size());
        for (std::size_t i = 0; i < inside.size(); ++i) {
            subtract_row()(quadratic_.gram.row(inside[i]).data(), -quadratic_.curvature * x[i],
                           image.data(), std::ssize(image));
        }
        return image;
    }

    // Of an image of x, with what the ridge and the allowance for rounding add.
    double ridged(std::span<double const> image, std::int64_t j, double x) const {
        double const allowance = quadratic_.curvature * own_curvature(j) * rounding_allowance;
        return image[static_cast<std::size_t>(j)] + (quadratic_.l2 + allowance) * x;
    }

    // As far as no coefficient changes its sign.
    void take(std::span<std::int64_t const> inside, std::span<double const> step,
              std::span<double const> bent) {
        double length = 1;
        std::size_t first = inside.size();
        for (std::size_t i = 0; i < inside.size(); ++i) {
            double const b = coefficients_[static_cast<std::size_t>(inside[i])];
            if ((b + length * step[i]) * b >= 0) continue;
            length = -b / step[i];
            first = i;
        }
        for (std::size_t i = 0; i < inside.size(); ++i) {
            auto const j = static_cast<std::size_t>(inside[i]);
            double const moved = length * step[i];
            coefficients_[j] = i == first ? 0 : coefficients_[j] + moved;
            gradient_[j] -=
                quadratic_.curvature * own_curvature(inside[i]) * rounding_allowance * moved;
        }
        for (std::size_t k = 0; k < bent.size(); ++k) gradient_[k] -= length * bent[k];
    }

    double turn(std::int64_t j) {
        auto const at = static_cast<std::size_t>(j);
        double const own = own_curvature(j);
        if (own < least_curvature) return 0;
        double const curvature = quadratic_.curvature * own * (1 + rounding_allowance);
        double const before = coefficients_[at];
        double const after = soft_threshold(gradient_[at] + curvature * before, quadratic_.l1) /
                             (curvature + quadratic_.l2);
        double const step = after - before;
        if (step == 0) return 0;
        coefficients_[at] = after;
        subtract_row()(quadratic_.gram.row(j).data(), quadratic_.curvature * step, gradient_.data(),
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
    std::int64_t sweeps = 0;
    for (std::int64_t turn = 1; sweeps < limits.most_sweeps; ++turn) {
        ++sweeps;
        if (descent.sweep(all) <= limits.tolerance) return sweeps;
        if (turn % sweeps_in_turn != 0) continue;
        sweeps += descent.polish(
            {.tolerance = limits.tolerance / 2,
             .most_sweeps = std::min(iterations_in_turn, limits.most_sweeps - sweeps)});
    }
    return sweeps;
}

}  // namespace maniple
