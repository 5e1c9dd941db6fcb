#include "maniple/linalg/orthonormal_basis.hpp"

#include <array>
#include <cmath>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Below this share of what the first column leaves of it, a column is numerically inside the span
// of the others: a date in seconds is not collinear with an intercept because it is large.
constexpr double collinear_below = 1e-7;

// Below this share of its length, what is left is rounding.
constexpr double rounding_below = 1e-13;

double length_of(std::span<double const> column) { return std::sqrt(dot(column, column)); }

void subtract_projection(std::span<double const> axis, std::span<double> column) {
    double const along = dot(axis, column);
    for (std::size_t i = 0; i < column.size(); ++i) column[i] -= along * axis[i];
}

}  // namespace

// Eight partial sums in a fixed order: as reproducible as one sum, and vectorisable without
// permission to reorder.
double dot(std::span<double const> a, std::span<double const> b) {
    expect(a.size() == b.size(), "vectors of one length");
    std::array<double, 8> partial{};
    std::size_t i = 0;
    for (; i + 8 <= a.size(); i += 8) {
        for (std::size_t k = 0; k < 8; ++k) partial[k] += a[i + k] * b[i + k];
    }
    for (std::size_t k = 0; i + k < a.size(); ++k) partial[k] += a[i + k] * b[i + k];
    return ((partial[0] + partial[1]) + (partial[2] + partial[3])) +
           ((partial[4] + partial[5]) + (partial[6] + partial[7]));
}

OrthonormalBasis::Outcome OrthonormalBasis::add(std::span<double const> column) {
    expect(std::ssize(column) == rows_, "one value per row");
    std::vector<double> rest{column.begin(), column.end()};
    double const length = length_of(rest);
    if (!columns_.empty()) subtract_projection(columns_[0], rest);
    double const about_first = length_of(rest);
    residualize(rest);
    double const remaining = length_of(rest);
    if (!(remaining > collinear_below * about_first) || !(remaining > rounding_below * length)) {
        return Outcome::collinear;
    }
    for (double& value : rest) value /= remaining;
    residualize(rest);
    double const unit = length_of(rest);
    for (double& value : rest) value /= unit;
    columns_.push_back(std::move(rest));
    return Outcome::added;
}

void OrthonormalBasis::residualize(std::span<double> column) const {
    expect(std::ssize(column) == rows_, "one value per row");
    for (int pass = 0; pass < 2; ++pass) {
        for (auto const& axis : columns_) subtract_projection(axis, column);
    }
}

}  // namespace maniple
