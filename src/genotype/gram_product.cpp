#include "maniple/genotype/gram_product.hpp"

#include <algorithm>
#include <array>

#include "gram_path.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Sums of so many variants with as many (1 MiB, half of it below the diagonal) stay in the
// second-level cache until all samples are through, beside tiles and panels of a stretch of
// samples.
constexpr std::int64_t block_variants = 512;
constexpr std::int64_t stretch_units = 12;
constexpr std::int64_t unit_samples = 64;
constexpr std::int64_t unit_words = 2;
constexpr std::int64_t block_bytes = block_variants * stretch_units * unit_samples;

constexpr std::uint64_t low_bits = 0x5555555555555555;

constexpr std::int64_t tiles_of(std::int64_t variants) {
    return (variants + tile_variants - 1) / tile_variants;
}

bool is_incomplete(std::span<std::uint64_t const> row) {
    std::uint64_t any = 0;
    for (auto word : row) any |= word & word >> 1 & low_bits;
    return any != 0;
}

enum class Part { whole, lower };

// Some consecutive rows.
struct Factor {
    PackedView genotypes;
    std::int64_t first;
    std::int64_t size;
};

Factor block(PackedView genotypes, std::int64_t first) {
    return {genotypes, first, std::min(block_variants, genotypes.variants() - first)};
}

void check(PackedView left, PackedView right, MatrixView<std::int32_t> sums) {
    expect(left.samples() == right.samples(), "both factors have the same samples");
    expect(sums.rows() == left.variants() && sums.columns() == right.variants(),
           "sums are variants x variants");
    expect(left.samples() <= most_gram_samples, "sums over the samples fit 32 bits");
}

}  // namespace

// Blocks of one factor times blocks of another.
class GramProduct {
public:
    GramProduct(ProductForm const& form, GramWorkspace& work) : form_{form}, work_{work} {
        form_.begin();
    }
    ~GramProduct() { form_.end(); }
    GramProduct(GramProduct const&) = delete;
    GramProduct& operator=(GramProduct const&) = delete;

    // \pre with Part::lower both factors are one
    void multiply(PackedView left, PackedView right, Part part, MatrixView<std::int32_t> sums) {
        for (std::int64_t j = 0; j < right.variants(); j += block_variants) {
            for (auto i = part == Part::lower ? j : 0; i < left.variants(); i += block_variants) {
                auto const within = part == Part::lower && i == j ? Part::lower : Part::whole;
                multiply_block(block(left, i), block(right, j), within);
                hand_over(within, block(left, i), block(right, j), sums);
            }
        }
    }

private:
    // The lower part is that of a block with itself.
    void multiply_block(Factor const& left, Factor const& right, Part part) {
        auto const rows = tiles_of(left.size);
        auto const panels = tiles_of(right.size);
        std::fill_n(work_.sums_.data(), panels * block_variants * tile_variants, 0);
        auto const units = (left.genotypes.samples() + unit_samples - 1) / unit_samples;
        for (std::int64_t u = 0; u < units; u += stretch_units) {
            auto const here = std::min(stretch_units, units - u);
            for (std::int64_t p = 0; p < panels; ++p) {
                decode(right, p, u, here);
                // While they are in the first-level cache.
                form_.pack(work_.tiles_.data() + p * here * tile_bytes, here,
                           work_.panels_.data() + p * here * tile_bytes);
            }
            for (std::int64_t t = 0; t < rows && part == Part::whole; ++t) decode(left, t, u, here);
            // In pairs, as the forms take them best.
            for (std::int64_t p = 0; p < panels; p += 2) {
                auto const t = part == Part::lower ? p : 0;
                form_.multiply(
                    work_.tiles_.data() + t * here * tile_bytes, rows - t, here,
                    work_.panels_.data() + p * here * tile_bytes, here * tile_bytes,
                    std::min<std::int64_t>(2, panels - p),
                    work_.sums_.data() + (p * block_variants + t * tile_variants) * tile_variants,
                    block_variants);
            }
        }
    }

    void decode(Factor const& factor, std::int64_t tile, std::int64_t first_unit,
                std::int64_t units) {
        auto const first = tile * tile_variants;
        auto const count = std::min(tile_variants, factor.size - first);
        std::array<std::uint8_t const*, tile_variants> rows;
        for (std::int64_t i = 0; i < count; ++i) {
            LocalVariantIndex const v{factor.first + first + i};
            auto const* const row = factor.genotypes.row(v).data() + first_unit * unit_words;
            rows[static_cast<std::size_t>(i)] = reinterpret_cast<std::uint8_t const*>(row);
        }
        form_.decode(rows.data(), count, units, work_.tiles_.data() + tile * units * tile_bytes);
    }

    void hand_over(Part part, Factor const& left, Factor const& right,
                   MatrixView<std::int32_t> sums) const {
        for (std::int64_t i = 0; i < left.size; ++i) {
            auto const count = part == Part::lower ? i + 1 : right.size;
            auto* const to = sums.row(left.first + i).data() + right.first;
            for (std::int64_t j = 0; j < count; j += tile_variants) {
                std::copy_n(
                    work_.sums_.data() + (j / tile_variants * block_variants + i) * tile_variants,
                    std::min(tile_variants, count - j), to + j);
            }
        }
    }

    ProductForm const& form_;
    GramWorkspace& work_;
};

GramWorkspace::GramWorkspace()
    : tiles_{block_bytes}, panels_{block_bytes}, sums_{block_variants * block_variants} {}

std::int64_t GramWorkspace::bytes() {
    return 2 * block_bytes + 4 * block_variants * block_variants;
}

std::vector<LocalVariantIndex> find_incomplete(PackedView genotypes) {
    std::vector<LocalVariantIndex> incomplete;
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
        if (is_incomplete(genotypes.row(v))) incomplete.push_back(v);
    }
    return incomplete;
}

PackedView mark_missing(PackedView genotypes, std::span<LocalVariantIndex const> rows,
                        std::span<std::uint64_t> room) {
    auto const words = rows.size() * static_cast<std::size_t>(genotypes.words_per_row());
    expect(room.size() >= words, "there is room for the marks");
    auto* mark = room.data();
    for (auto v : rows) {
        for (auto word : genotypes.row(v)) *mark++ = word & word >> 1 & low_bits;
    }
    return {room.first(words), std::ssize(rows), genotypes.samples()};
}

void multiply_by_transpose(ProductForm const& form, PackedView genotypes, GramWorkspace& workspace,
                           MatrixView<std::int32_t> sums) {
    check(genotypes, genotypes, sums);
    GramProduct{form, workspace}.multiply(genotypes, genotypes, Part::lower, sums);
}

void multiply_by_transpose(ProductForm const& form, PackedView left, PackedView right,
                           GramWorkspace& workspace, MatrixView<std::int32_t> sums) {
    check(left, right, sums);
    GramProduct{form, workspace}.multiply(left, right, Part::whole, sums);
}

void multiply_by_transpose(PackedView genotypes, GramWorkspace& workspace,
                           MatrixView<std::int32_t> sums) {
    static auto const& form = product_form(instruction_set());
    multiply_by_transpose(form, genotypes, workspace, sums);
}

void multiply_by_transpose(PackedView left, PackedView right, GramWorkspace& workspace,
                           MatrixView<std::int32_t> sums) {
    static auto const& form = product_form(instruction_set());
    multiply_by_transpose(form, left, right, workspace, sums);
}

}  // namespace maniple
