#include "maniple/genotype/dosage_product.hpp"

#include <algorithm>

#include "maniple/core/contract.hpp"
#include "maniple/genotype/kernels.hpp"
#include "maniple/linalg/integer_product.hpp"

namespace maniple {
namespace {

// Whole words of 32 samples: decoding may write past the last sample of a tile.
constexpr std::int64_t words_of(std::int64_t samples) { return (samples + 31) / 32; }

void add_partial(MatrixView<std::int32_t const> partial, MatrixView<std::int64_t> sums) {
    for (std::int64_t r = 0; r < partial.rows(); ++r) {
        auto const* from = partial.row(r).data();
        auto* to = sums.row(r).data();
        for (std::int64_t c = 0; c < partial.columns(); ++c) to[c] += from[c];
    }
}

}  // namespace

ProductWorkspace::ProductWorkspace(std::int64_t digit_columns)
    : dosages_{tile_variants * tile_samples},
      partial_{tile_variants * digit_columns},
      digit_sums_{tile_variants * digit_columns} {}

std::int64_t ProductWorkspace::bytes(std::int64_t digit_columns) {
    return tile_variants * (tile_samples + 12 * digit_columns);
}

void multiply_genotypes(PackedView genotypes, FixedPointMatrix const& columns,
                        ProductWorkspace& workspace, MatrixView<std::int64_t> sums) {
    expect(columns.samples() == genotypes.samples(), "genotypes and columns have the same samples");
    expect(sums.rows() == genotypes.variants() && sums.columns() == columns.columns(),
           "sums are variants x columns");
    auto const digits = columns.digits();
    auto const width = digits.columns();
    expect(ProductWorkspace::tile_variants * width <= workspace.partial_.size(),
           "the workspace has room for the columns");
    auto const& form = kernels();

    for (std::int64_t v0 = 0; v0 < genotypes.variants(); v0 += ProductWorkspace::tile_variants) {
        auto const rows = std::min(ProductWorkspace::tile_variants, genotypes.variants() - v0);
        MatrixView const digit_sums{workspace.digit_sums_.data(), rows, width};
        std::fill_n(digit_sums.data(), rows * width, 0);

        for (std::int64_t s0 = 0; s0 < genotypes.samples(); s0 += ProductWorkspace::tile_samples) {
            auto const samples = std::min(ProductWorkspace::tile_samples, genotypes.samples() - s0);
            for (std::int64_t r = 0; r < rows; ++r) {
                form.decode(genotypes.row(LocalVariantIndex{v0 + r}).data() + s0 / 32,
                            words_of(samples),
                            workspace.dosages_.data() + r * ProductWorkspace::tile_samples);
            }
            MatrixView<std::uint8_t const> const left{workspace.dosages_.data(), rows, samples,
                                                      ProductWorkspace::tile_samples};
            MatrixView<std::int8_t const> const right{digits.data() + s0 * width, samples, width};
            MatrixView const partial{workspace.partial_.data(), rows, width};
            multiply(left, right, partial);
            add_partial(partial, digit_sums);
        }
        for (std::int64_t r = 0; r < rows; ++r)
            columns.combine(digit_sums.row(r), sums.row(v0 + r));
    }
}

}  // namespace maniple
