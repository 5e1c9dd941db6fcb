/// \file  Solves the normal equations of a regression, some of whose columns may say the same.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// A symmetric positive semidefinite matrix A, factorised in the order of its rows. A row that
/// those before it determine is left out, as if it were not there.
class SemidefiniteSolver {
public:
    /// \param triangle    of A, as `triangle_size` orders it.
    /// \param tolerance   a row is left out when what the rows before it leave of its diagonal is
    /// at
    ///                    most this share of it.
    /// \pre   triangle.size() == triangle_size(rows)
    /// \pre   0 <= tolerance < 1
    SemidefiniteSolver(std::vector<double> triangle, std::int64_t rows, double tolerance);

    std::int64_t rows() const { return std::ssize(left_out_); }
    bool is_left_out(std::int64_t row) const { return left_out_[static_cast<std::size_t>(row)]; }
    std::int64_t rank() const;  ///< Rows that are not left out.

    /// Overwrite b with x where A x = b over the rows that are not left out; 0 for the others.
    /// \pre b.size() == rows()
    void solve(std::span<double> b) const;
    /// a' inverse(A) a over those rows. \pre a.size() == rows()
    double inverse_form(std::span<double const> a) const;

private:
    double element(std::int64_t row, std::int64_t column) const {
        return factor_[static_cast<std::size_t>(row * (row + 1) / 2 + column)];
    }
    void solve_lower(std::span<double> b) const;

    std::vector<double> factor_;
    std::vector<bool> left_out_;
};

}  // namespace maniple
