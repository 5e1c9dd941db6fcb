#include "lacking_solver.hpp"

#include <algorithm>
#include <vector>

#include "maniple/linalg/dense_matrix.hpp"

namespace maniple {
namespace {

// Of the solution, in the norm of A + penalty.
constexpr double tolerance = 1e-7;
// The last correction leaves as much of the error at least, whatever the steps say.
constexpr double least_left = 0.1;
constexpr int most_steps = 200;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

class Matrix {
public:
    Matrix(std::int64_t rows, std::int64_t columns)
        : rows_{rows}, columns_{columns}, values_(at(rows * columns)) {}

    MatrixView<double> view() { return {values_.data(), rows_, columns_}; }
    MatrixView<double> columns(std::int64_t first, std::int64_t count) {
        return {values_.data() + first, rows_, count, columns_};
    }
    std::int64_t rows() const { return rows_; }
    double* row(std::int64_t r) { return values_.data() + r * columns_; }
    std::vector<double>& values() { return values_; }

private:
    std::int64_t rows_;
    std::int64_t columns_;
    std::vector<double> values_;
};

// One column per penalty and trait; all numbers of a column are its own.
class Systems {
public:
    Systems(std::span<MatrixView<double const> const> factors, LackedGenotypes& lacked,
            std::int64_t variants)
        : factors_{factors},
          lacked_{lacked},
          traits_{std::ssize(lacked.traits())},
          width_{std::ssize(factors) * traits_},
          solution_{variants, width_},
          residual_{variants, width_},
          direction_{variants, width_},
          image_{variants, width_},
          corrected_{variants, width_} {}

    void start(MatrixView<double const> products, MatrixView<double const> solutions) {
        for_each_column([&](std::int64_t own, std::int64_t trait, std::int64_t penalty) {
            for (std::int64_t v = 0; v < solution_.rows(); ++v) {
                residual_.row(v)[own] = products(v, trait);
                direction_.row(v)[own] = solutions(v, penalty * products.columns() + trait);
            }
        });
        image_.values() = residual_.values();
        norms_ = multiply_columns(residual_, direction_);
        first_norms_ = norms_;
        longest_.assign(norms_.size(), 1.0);
        active_.resize(norms_.size());
        for (std::size_t c = 0; c < norms_.size(); ++c) active_[c] = norms_[c] > 0 ? 1 : 0;
    }

    void run() {
        for (int step = 0; step < most_steps; ++step) {
            if (std::ranges::none_of(active_, [](auto is_active) { return is_active != 0; }))
                return;
            lacked_.multiply(direction_.view(), corrected_.view());
            move();
            precondition();
            turn();
        }
    }

    void finish(MatrixView<double> solutions, std::int64_t traits) {
        for_each_column([&](std::int64_t own, std::int64_t trait, std::int64_t penalty) {
            for (std::int64_t v = 0; v < solution_.rows(); ++v)
                solutions(v, penalty * traits + trait) = solution_.row(v)[own];
        });
    }

private:
    template <class Visit>
    void for_each_column(Visit visit) const {
        for (std::int64_t h = 0; h < std::ssize(factors_); ++h) {
            for (std::int64_t k = 0; k < traits_; ++k)
                visit(h * traits_ + k, lacked_.traits()[at(k)], h);
        }
    }

    // In the order of rows.
    std::vector<double> multiply_columns(Matrix& left, Matrix& right) const {
        std::vector<double> sums(at(width_));
        for (std::int64_t v = 0; v < left.rows(); ++v) {
            auto const* const l = left.row(v);
            auto const* const r = right.row(v);
            for (std::int64_t c = 0; c < width_; ++c) sums[at(c)] += l[c] * r[c];
        }
        return sums;
    }

    // A step along the directions, whose image under A + penalty is known.
    void move() {
        for (std::size_t i = 0; i < corrected_.values().size(); ++i)
            corrected_.values()[i] = image_.values()[i] - corrected_.values()[i];
        auto const curvatures = multiply_columns(direction_, corrected_);
        std::vector<double> steps(at(width_));
        for (std::size_t c = 0; c < steps.size(); ++c) {
            if (!(curvatures[c] > 0)) active_[c] = 0;
            if (active_[c] != 0) steps[c] = norms_[c] / curvatures[c];
            longest_[c] = std::max(longest_[c], steps[c]);
        }
        for (std::int64_t v = 0; v < solution_.rows(); ++v) {
            auto* const x = solution_.row(v);
            auto* const r = residual_.row(v);
            auto const* const p = direction_.row(v);
            auto const* const image = corrected_.row(v);
            for (std::int64_t c = 0; c < width_; ++c) {
                x[c] += steps[at(c)] * p[c];
                r[c] -= steps[at(c)] * image[c];
            }
        }
    }

    // corrected = inverse(L L') residual
    void precondition() {
        corrected_.values() = residual_.values();
        for (std::int64_t h = 0; h < std::ssize(factors_); ++h) {
            auto const own = corrected_.columns(h * traits_, traits_);
            solve_lower(factors_[at(h)], own);
            solve_lower_transposed(factors_[at(h)], own);
        }
    }

    // The next directions and their images, which need no product.
    void turn() {
        auto const norms = multiply_columns(residual_, corrected_);
        std::vector<double> keep(at(width_));
        std::vector<double> last(at(width_));  // 1 where this is added to the solution.
        for (std::size_t c = 0; c < keep.size(); ++c) {
            // With K = inverse(L L') R'R the error is inverse(1 - K) inverse(L L') r. The longest
            // step tells of the largest 1 / (1 - K); the correction leaves K of the error.
            auto const left = tolerance / std::max(least_left, 2 * (longest_[c] - 1));
            bool const ends = active_[c] != 0 && !(norms[c] > left * left * first_norms_[c]);
            if (ends) active_[c] = 0;
            last[c] = ends ? 1 : 0;
            if (active_[c] != 0) keep[c] = norms[c] / norms_[c];
        }
        norms_ = norms;
        for (std::int64_t v = 0; v < solution_.rows(); ++v) {
            auto* const x = solution_.row(v);
            auto* const p = direction_.row(v);
            auto* const image = image_.row(v);
            auto const* const r = residual_.row(v);
            auto const* const z = corrected_.row(v);
            for (std::int64_t c = 0; c < width_; ++c) {
                x[c] += last[at(c)] * z[c];
                p[c] = z[c] + keep[at(c)] * p[c];
                image[c] = r[c] + keep[at(c)] * image[c];
            }
        }
    }

    std::span<MatrixView<double const> const> factors_;
    LackedGenotypes& lacked_;
    std::int64_t traits_;
    std::int64_t width_;
    Matrix solution_;
    Matrix residual_;
    Matrix direction_;
    Matrix image_;      // (A + penalty) direction
    Matrix corrected_;  // What is made of a residual or a direction.
    std::vector<double> norms_;
    std::vector<double> first_norms_;
    std::vector<double> longest_;  // Step so far.
    std::vector<std::uint8_t> active_;
};

}  // namespace

void solve_lacking(std::span<MatrixView<double const> const> factors,
                   MatrixView<double const> products, LackedGenotypes& lacked,
                   MatrixView<double> solutions) {
    Systems systems{factors, lacked, products.rows()};
    systems.start(products, solutions);
    systems.run();
    systems.finish(solutions, products.columns());
}

}  // namespace maniple
