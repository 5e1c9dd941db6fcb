/// \file  Orthonormal bases of covariates, with collinear columns left out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// Columns that grow one by one, each made orthogonal to those before it.
///
/// Modified Gram-Schmidt, applied twice ("twice is enough": Giraud, Langou and Rozloznik 2005,
/// Comput. Math. Appl. 50), serial and in sample order: equal input gives equal bits on any machine
/// setting.
class OrthonormalBasis {
public:
    explicit OrthonormalBasis(std::int64_t rows) : rows_{rows} {}

    enum class Outcome { added, collinear };

    /// Orthogonalise `column`; leave it out when what remains of it is below 1e-7 of what the first
    /// column alone leaves, or below 1e-13 of its length.
    /// \pre   column.size() == rows(), no missing values
    Outcome add(std::span<double const> column);

    /// Remove from `column` its projection on the basis, in place.
    /// \pre   column.size() == rows()
    void residualize(std::span<double> column) const;

    std::int64_t rows() const { return rows_; }
    std::int64_t columns() const { return std::ssize(columns_); }
    std::span<double const> column(std::int64_t c) const {
        return columns_[static_cast<std::size_t>(c)];
    }

private:
    std::int64_t rows_;
    std::vector<std::vector<double>> columns_;
};

/// Sum of products in order.
double dot(std::span<double const> a, std::span<double const> b);

}  // namespace maniple
