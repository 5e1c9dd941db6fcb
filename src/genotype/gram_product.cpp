#include "maniple/genotype/gram_product.hpp"

#include <algorithm>

#include "gram_path.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Sums of so many variants with as many (1 MiB, half of it below the diagonal) stay in the
// second-level cache until all samples are through, beside tiles and panels of a stretch of
// samples.
constexpr std::int64_t block_variants = 512;
constexpr std::int64_t stretch_units = 16;
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

// What a row of a factor holds.
enum class Entry {
    genotype,
    missing,  // 1 where the genotype is missing, else 0.
};

struct Factor {
    PackedView genotypes;
    std::span<LocalVariantIndex const> rows;
    Entry entry;

    std::int64_t size() const { return std::ssize(rows); }
};

enum class Part { whole, lower };

std::vector<LocalVariantIndex> all_variants(PackedView genotypes) {
    std::vector<LocalVariantIndex> all;
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) all.push_back(v);
    return all;
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
    void multiply(Factor const& left, Factor const& right, Part part,
                  MatrixView<std::int32_t> sums) {
        for (std::int64_t j = 0; j < right.size(); j += block_variants) {
            for (auto i = part == Part::lower ? j : 0; i < left.size(); i += block_variants) {
                auto const within = part == Part::lower && i == j ? Part::lower : Part::whole;
                multiply_block(block(left, i), block(right, j), is_same(left, right) && i == j,
                               within);
                hand_over(within, i, j, std::min(block_variants, left.size() - i),
                          std::min(block_variants, right.size() - j), sums);
            }
        }
    }

private:
    static Factor block(Factor const& factor, std::int64_t first) {
        auto const count = std::min(block_variants, factor.size() - first);
        return {
            factor.genotypes,
            factor.rows.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
            factor.entry};
    }

    static bool is_same(Factor const& left, Factor const& right) {
        return left.entry == right.entry && left.rows.data() == right.rows.data();
    }

    void multiply_block(Factor const& left, Factor const& right, bool same, Part part) {
        auto const rows = tiles_of(left.size());
        auto const panels = tiles_of(right.size());
        std::fill_n(work_.sums_.data(), panels * block_variants * tile_variants, 0);
        auto const units = (left.genotypes.samples() + unit_samples - 1) / unit_samples;
        for (std::int64_t u = 0; u < units; u += stretch_units) {
            auto const here = std::min(stretch_units, units - u);
            decode(right, u, here);
            form_.pack(work_.tiles_.data(), panels * here, work_.panels_.data());
            if (!same) decode(left, u, here);
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

    void decode(Factor const& factor, std::int64_t first_unit, std::int64_t units) {
        work_.rows_.clear();
        auto* marks = work_.marks_.data();
        for (auto v : factor.rows) {
            auto const* row = factor.genotypes.row(v).data() + first_unit * unit_words;
            if (factor.entry == Entry::missing) {
                for (std::int64_t w = 0; w < units * unit_words; ++w)
                    marks[w] = row[w] & row[w] >> 1 & low_bits;
                row = marks;
                marks += stretch_units * unit_words;
            }
            work_.rows_.push_back(reinterpret_cast<std::uint8_t const*>(row));
        }
        form_.decode(work_.rows_.data(), factor.size(), units, work_.tiles_.data());
    }

    void hand_over(Part part, std::int64_t first_row, std::int64_t first_column, std::int64_t rows,
                   std::int64_t columns, MatrixView<std::int32_t> sums) const {
        for (std::int64_t i = 0; i < rows; ++i) {
            auto const count = part == Part::lower ? i + 1 : columns;
            auto* const to = sums.row(first_row + i).data() + first_column;
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
    : tiles_{block_bytes},
      panels_{block_bytes},
      sums_{block_variants * block_variants},
      marks_{block_variants * stretch_units * unit_words} {
    rows_.reserve(static_cast<std::size_t>(block_variants));
}

std::int64_t GramWorkspace::bytes() {
    return 2 * block_bytes + 4 * block_variants * block_variants +
           8 * block_variants * (stretch_units * unit_words + 1);
}

std::vector<LocalVariantIndex> find_incomplete(PackedView genotypes) {
    std::vector<LocalVariantIndex> incomplete;
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
        if (is_incomplete(genotypes.row(v))) incomplete.push_back(v);
    }
    return incomplete;
}

void multiply_by_transpose(ProductForm const& form, PackedView genotypes, GramWorkspace& workspace,
                           MatrixView<std::int32_t> gram) {
    expect(gram.rows() == genotypes.variants() && gram.columns() == genotypes.variants(),
           "Gram sums are variants x variants");
    expect(genotypes.samples() <= most_gram_samples, "sums over the samples fit 32 bits");
    auto const rows = all_variants(genotypes);
    Factor const all{genotypes, rows, Entry::genotype};
    GramProduct{form, workspace}.multiply(all, all, Part::lower, gram);
}

void multiply_missing(ProductForm const& form, PackedView genotypes,
                      std::span<LocalVariantIndex const> incomplete, GramWorkspace& workspace,
                      MatrixView<std::int32_t> crossed, MatrixView<std::int32_t> both) {
    auto const count = std::ssize(incomplete);
    expect(crossed.rows() == genotypes.variants() && crossed.columns() == count,
           "crossed sums are variants x incomplete variants");
    expect(both.rows() == count && both.columns() == count,
           "sums of both are incomplete variants x incomplete variants");
    expect(genotypes.samples() <= most_gram_samples, "sums over the samples fit 32 bits");
    auto const rows = all_variants(genotypes);
    Factor const all{genotypes, rows, Entry::genotype};
    Factor const missing{genotypes, incomplete, Entry::missing};
    GramProduct product{form, workspace};
    product.multiply(all, missing, Part::whole, crossed);
    product.multiply(missing, missing, Part::lower, both);
}

void multiply_by_transpose(PackedView genotypes, GramWorkspace& workspace,
                           MatrixView<std::int32_t> gram) {
    static auto const& form = product_form(instruction_set());
    multiply_by_transpose(form, genotypes, workspace, gram);
}

void multiply_missing(PackedView genotypes, std::span<LocalVariantIndex const> incomplete,
                      GramWorkspace& workspace, MatrixView<std::int32_t> crossed,
                      MatrixView<std::int32_t> both) {
    static auto const& form = product_form(instruction_set());
    multiply_missing(form, genotypes, incomplete, workspace, crossed, both);
}

}  // namespace maniple
