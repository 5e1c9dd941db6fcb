#include "reduced_basis.hpp"

#include <cstdint>
#include <utility>

#include "maniple/linalg/cholesky.hpp"

namespace maniple {

ReducedBasis::ReducedBasis(OrthonormalBasis const& basis, std::vector<std::size_t> lacking)
    : basis_{&basis}, lacking_{std::move(lacking)} {
    auto const rank = basis.columns();
    factor_.resize(static_cast<std::size_t>(triangle_size(rank)));
    double* entry = factor_.data();
    for (std::int64_t r = 0; r < rank; ++r) {
        for (std::int64_t c = 0; c <= r; ++c) {
            double lost = 0;
            for (auto i : lacking_) lost += basis.column(r)[i] * basis.column(c)[i];
            *entry++ = (r == c ? 1 : 0) - lost;
        }
    }
    pivot_ = factorize(factor_, rank);
}

bool ReducedBasis::is_independent() const {
    constexpr double least_pivot = 0.25;
    return pivot_ >= least_pivot;
}

void ReducedBasis::residualize(std::span<double> column) const {
    if (lacking_.empty()) return basis_->residualize(column);
    for (int pass = 0; pass < 2; ++pass) {
        std::vector<double> along;
        for (std::int64_t c = 0; c < basis_->columns(); ++c) {
            along.push_back(dot(basis_->column(c), column));
        }
        solve_lower(factor_, along);
        solve_upper(along);
        for (std::int64_t c = 0; c < basis_->columns(); ++c) {
            auto const axis = basis_->column(c);
            double const step = along[static_cast<std::size_t>(c)];
            for (std::size_t i = 0; i < column.size(); ++i) column[i] -= step * axis[i];
        }
        for (auto i : lacking_) column[i] = 0;
    }
}

// b = inverse(L') b
void ReducedBasis::solve_upper(std::span<double> b) const {
    for (auto r = b.size(); r-- > 0;) {
        for (auto k = r + 1; k < b.size(); ++k) b[r] -= factor_[k * (k + 1) / 2 + r] * b[k];
        b[r] /= factor_[r * (r + 1) / 2 + r];
    }
}

}  // namespace maniple
