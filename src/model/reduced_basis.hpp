// A basis of covariates on fewer samples than it was made for.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "maniple/linalg/orthonormal_basis.hpp"

namespace maniple {

/// An orthonormal basis less the rows of some samples: regressions on what remains of it. The basis
/// must outlive it.
class ReducedBasis {
public:
    /// \param lacking  positions in the basis's rows.
    ReducedBasis(OrthonormalBasis const& basis, std::vector<std::size_t> lacking);

    /// Do the columns stay so far from collinear that no digit of their fixed point is lost?
    bool is_independent() const;

    /// Remove from `column`, 0 in the rows that are lacking, its projection. Twice, as
    /// OrthonormalBasis does. \pre is_independent()
    void residualize(std::span<double> column) const;

private:
    void solve_upper(std::span<double> b) const;

    OrthonormalBasis const* basis_;
    std::vector<std::size_t> lacking_;
    std::vector<double> factor_;  // Cholesky factor of Q'Q, a triangle
    double pivot_ = 0;
};

}  // namespace maniple
