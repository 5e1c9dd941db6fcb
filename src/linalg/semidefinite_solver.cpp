#include "maniple/linalg/semidefinite_solver.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/linalg/cholesky.hpp"

namespace maniple {

SemidefiniteSolver::SemidefiniteSolver(std::vector<double> triangle, std::int64_t rows,
                                       double tolerance)
    : factor_{std::move(triangle)}, left_out_(static_cast<std::size_t>(rows)) {
    expect(std::ssize(factor_) == triangle_size(rows), "a triangle of so many rows");
    expect(tolerance >= 0 && tolerance < 1, "a tolerance is a share");

    double* row = factor_.data();
    for (std::int64_t r = 0; r < rows; row += ++r) {
        auto const diagonal = row[r];
        double const* above = factor_.data();
        for (std::int64_t c = 0; c < r; above += ++c) {
            double sum = row[c];
            for (std::int64_t k = 0; k < c; ++k) sum -= row[k] * above[k];
            row[c] = is_left_out(c) ? 0 : sum / above[c];
        }
        double pivot = diagonal;
        for (std::int64_t k = 0; k < r; ++k) pivot -= row[k] * row[k];
        if (pivot > tolerance * diagonal) {
            row[r] = std::sqrt(pivot);
        } else {
            std::fill_n(row, r, 0.0);
            row[r] = 1;
            left_out_[static_cast<std::size_t>(r)] = true;
        }
    }
}

std::int64_t SemidefiniteSolver::rank() const { return std::ranges::count(left_out_, false); }

void SemidefiniteSolver::solve_lower(std::span<double> b) const {
    for (std::int64_t r = 0; r < rows(); ++r) {
        auto& value = b[static_cast<std::size_t>(r)];
        for (std::int64_t k = 0; k < r; ++k)
            value -= element(r, k) * b[static_cast<std::size_t>(k)];
        value = is_left_out(r) ? 0 : value / element(r, r);
    }
}

void SemidefiniteSolver::solve(std::span<double> b) const {
    expect(std::ssize(b) == rows(), "matrix and vector agree");

    solve_lower(b);
    for (auto r = rows() - 1; r >= 0; --r) {
        auto& value = b[static_cast<std::size_t>(r)];
        for (auto k = r + 1; k < rows(); ++k)
            value -= element(k, r) * b[static_cast<std::size_t>(k)];
        value = is_left_out(r) ? 0 : value / element(r, r);
    }
}

double SemidefiniteSolver::inverse_form(std::span<double const> a) const {
    expect(std::ssize(a) == rows(), "matrix and vector agree");

    std::vector<double> half(a.begin(), a.end());
    solve_lower(half);
    double sum = 0;
    for (auto value : half) sum += value * value;
    return sum;
}

}  // namespace maniple
