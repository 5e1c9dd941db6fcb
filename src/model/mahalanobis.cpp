#include "maniple/model/mahalanobis.hpp"

#include "maniple/core/contract.hpp"
#include "maniple/linalg/cholesky.hpp"

namespace maniple {

SquaredDistance::SquaredDistance(std::vector<std::span<double const>> const& columns) {
    expect(!columns.empty(), "there are columns");
    for (auto const& column : columns) {
        expect(column.size() == columns.front().size(), "columns are equally long");
    }

    constexpr double singular = 1e-10;
    auto const people = columns.front().size();
    if (people < columns.size() + 1) return;
    auto const count = static_cast<double>(people);
    for (auto const& column : columns) {
        double sum = 0;
        for (auto value : column) sum += value;
        mean_.push_back(sum / count);
    }
    for (std::size_t r = 0; r < columns.size(); ++r) {
        for (std::size_t c = 0; c <= r; ++c) {
            double sum = 0;
            for (std::size_t s = 0; s < people; ++s) {
                sum += (columns[r][s] - mean_[r]) * (columns[c][s] - mean_[c]);
            }
            factor_.push_back(sum / (count - 1));
        }
    }
    is_defined_ = factorize(factor_, std::ssize(columns)) > singular;
}

double SquaredDistance::of(std::span<double const> values) const {
    expect(is_defined_, "the covariance matrix is regular");
    expect(values.size() == mean_.size(), "a value for every column");

    std::vector<double> centred;
    for (std::size_t c = 0; c < values.size(); ++c) centred.push_back(values[c] - mean_[c]);
    solve_lower(factor_, centred);
    double sum = 0;
    for (auto x : centred) sum += x * x;
    return sum;
}

}  // namespace maniple
