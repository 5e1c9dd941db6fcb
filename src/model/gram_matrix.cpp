#include "gram_matrix.hpp"

#include <algorithm>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/linalg/cholesky.hpp"

namespace maniple {
namespace {

// Columns of one product, so many that decoding genotypes costs little beside it; fewer where
// samples are many, for their memory.
constexpr std::int64_t most_columns = 64;
constexpr std::int64_t fewest_columns = 16;
constexpr std::int64_t column_memory = std::int64_t{1} << 22;  // values

constexpr std::int64_t growth = 512;  // places

std::int64_t columns_at_once(std::int64_t samples) {
    return std::clamp(column_memory / samples / fewest_columns * fewest_columns, fewest_columns,
                      most_columns);
}

}  // namespace

void GramMatrix::set_curvature(LossCurvature const& curvature) {
    weights_ = curvature.weights;
    covariates_ = curvature.covariates.size();
    covariate_factor_ = curvature.covariate_factor;
    std::vector<std::span<double const>> columns{curvature.shared.begin(), curvature.shared.end()};
    columns.insert(columns.end(), curvature.covariates.begin(), curvature.covariates.end());
    columns_ = FixedPointMatrix{std::ssize(weights_), std::ssize(columns)};
    columns_.fit_columns(0, columns);
    places_ = 0;
    projections_.clear();
}

void GramMatrix::grow(CandidateVariants& variants, std::int64_t places) {
    expect(places <= variants.size(), "there are so many places");
    auto const samples = variants.samples().samples();
    while (places_ < places) {
        auto const b = places_ / block_places_;
        Places const fresh{places_, std::min({places, (b + 1) * block_places_,
                                              places_ + columns_at_once(samples)})};
        project(variants, fresh);
        grow_block(variants, b, fresh);
        fill(variants, b, fresh);
        places_ = fresh.last;
    }
}

MatrixView<float const> GramMatrix::values(std::int64_t b) const {
    auto const& block = blocks_[static_cast<std::size_t>(b)];
    auto const size = this->block(b).size();
    return {block.values.data(), size, size, block.stride};
}

void GramMatrix::project(CandidateVariants& variants, Places fresh) {
    auto const columns = columns_.columns();
    if (columns == 0) return;
    std::vector<double> products(static_cast<std::size_t>(columns * fresh.size()));
    variants.multiply(fresh, columns_, {products.data(), columns, fresh.size()});
    std::vector<double> projection(static_cast<std::size_t>(columns));
    for (std::int64_t v = 0; v < fresh.size(); ++v) {
        for (std::int64_t c = 0; c < columns; ++c) {
            projection[static_cast<std::size_t>(c)] =
                products[static_cast<std::size_t>(c * fresh.size() + v)];
        }
        auto const covariates = std::span{projection}.last(covariates_);
        solve_lower(covariate_factor_, covariates);
        projections_.insert(projections_.end(), projection.begin(), projection.end());
    }
}

void GramMatrix::grow_block(CandidateVariants& variants, std::int64_t b, Places fresh) {
    if (std::ssize(blocks_) <= b) blocks_.resize(static_cast<std::size_t>(b + 1));
    auto& block = blocks_[static_cast<std::size_t>(b)];
    auto const needed = fresh.last - b * block_places_;
    if (needed <= block.stride) return;
    // Whole steps, but no more than there can be.
    auto const stride = std::min({(needed + growth - 1) / growth * growth, block_places_,
                                  std::max(variants.size() - b * block_places_, needed)});
    AlignedBuffer<float> larger{stride * stride};
    for (std::int64_t r = 0; r < fresh.first - b * block_places_; ++r)
        std::copy_n(block.values.data() + r * block.stride, block.stride,
                    larger.data() + r * stride);
    block.values = std::move(larger);
    block.stride = stride;
}

void GramMatrix::fill(CandidateVariants& variants, std::int64_t b, Places fresh) {
    auto const samples = variants.samples().samples();
    std::vector<std::vector<double>> columns(static_cast<std::size_t>(fresh.size()));
    for (std::int64_t c = 0; c < fresh.size(); ++c) {
        auto& column = columns[static_cast<std::size_t>(c)];
        column.resize(static_cast<std::size_t>(samples));
        variants.standardise(fresh.first + c, column);
        for (std::size_t s = 0; s < column.size(); ++s) column[s] *= weights_[s];
    }
    FixedPointMatrix fixed{samples, fresh.size()};
    std::vector<std::span<double const>> const spans{columns.begin(), columns.end()};
    fixed.fit_columns(0, spans);

    auto const first = b * block_places_;
    Places const rows{first, fresh.last};
    std::vector<double> products(static_cast<std::size_t>(fresh.size() * rows.size()));
    MatrixView<double> const sums{products.data(), fresh.size(), rows.size()};
    variants.multiply(rows, fixed, sums);

    auto& block = blocks_[static_cast<std::size_t>(b)];
    auto const projections = static_cast<std::size_t>(columns_.columns());
    auto const divisor = variants.sample_count();
    for (std::int64_t c = 0; c < fresh.size(); ++c) {
        auto const column = fresh.first - first + c;
        auto const* own =
            projections_.data() + static_cast<std::size_t>(fresh.first + c) * projections;
        for (std::int64_t r = 0; r <= column; ++r) {
            auto const* other =
                projections_.data() + static_cast<std::size_t>(first + r) * projections;
            double value = sums(c, r);
            for (std::size_t q = 0; q < projections; ++q) value -= own[q] * other[q];
            auto const rounded = static_cast<float>(value / divisor);
            block.values[r * block.stride + column] = rounded;
            block.values[column * block.stride + r] = rounded;
        }
    }
}

}  // namespace maniple
