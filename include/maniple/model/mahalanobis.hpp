/// \file  How far a person lies from others in several numbers at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// Squared distances (x - m)' inverse(S) (x - m) from some people, whose mean is m and whose
/// covariance matrix is S (divided by one less than there are). A change of units does not move
/// them. Source: P. C. Mahalanobis (1936), Proc. Natl. Inst. Sci. India 2.
class SquaredDistance {
public:
    /// \param columns  one span per number, with one value per person each; no NaN.
    /// \pre   there are columns, equally long
    explicit SquaredDistance(std::vector<std::span<double const>> const& columns);

    /// Is S regular, so that there are distances? Not with too few people, or where a column
    /// follows from others.
    bool is_defined() const { return is_defined_; }
    /// \param values  of one person, one per column. \pre is_defined(); as many as columns
    double of(std::span<double const> values) const;

private:
    std::vector<double> mean_;
    std::vector<double> factor_;  // Triangle L, L L' = S.
    bool is_defined_ = false;
};

}  // namespace maniple
