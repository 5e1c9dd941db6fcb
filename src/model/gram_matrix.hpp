// Second derivatives of a penalised model by the variants that may be in it, as far as needed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "candidate_variants.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/linalg/fixed_point.hpp"

namespace maniple {

/// Second derivatives of the loss by the predictor, H = diag(weights) - U U'. All columns have one
/// value per sample of the cohort, 0 for those that take no part.
struct LossCurvature {
    std::vector<double> weights;
    std::vector<std::vector<double>> shared;      ///< Columns of U.
    std::vector<std::vector<double>> covariates;  ///< H Q, Q being a basis of the covariates.
    std::vector<double> covariate_factor;         ///< Cholesky factor of Q'H Q.
};

/// X'HX / n less what covariates explain (their coefficients being fitted along), for the first
/// places of CandidateVariants. Products are summed as integers; kept in single precision, in
/// square blocks along the diagonal, so that memory grows with the number of variants and not with
/// its square.
class GramMatrix {
public:
    explicit GramMatrix(std::int64_t block_places) : block_places_{block_places} {}

    /// Forget everything.
    void set_curvature(LossCurvature const& curvature);

    /// Extend it to the first `places` places.
    void grow(CandidateVariants& variants, std::int64_t places);

    std::int64_t places() const { return places_; }
    std::int64_t blocks() const { return (places_ + block_places_ - 1) / block_places_; }
    Places block(std::int64_t b) const {
        auto const first = b * block_places_;
        return {first, std::min(first + block_places_, places_)};
    }
    MatrixView<float const> values(std::int64_t b) const;

private:
    struct Block {
        std::int64_t stride = 0;
        AlignedBuffer<float> values;
    };

    void project(CandidateVariants& variants, Places fresh);
    void grow_block(CandidateVariants& variants, std::int64_t b, Places fresh);
    void fill(CandidateVariants& variants, std::int64_t b, Places fresh);

    std::int64_t block_places_;
    std::int64_t places_ = 0;
    std::vector<double> weights_;
    std::size_t covariates_ = 0;
    std::vector<double> covariate_factor_;
    FixedPointMatrix columns_;         // U, then H Q
    std::vector<double> projections_;  // places x those columns: what to subtract squares of
    std::vector<Block> blocks_;
};

}  // namespace maniple
