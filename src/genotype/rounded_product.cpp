#include "maniple/genotype/rounded_product.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "maniple/core/contract.hpp"
#include "rounded_path.hpp"

namespace maniple {
namespace {

constexpr std::int64_t unit_samples = 64;
constexpr std::int64_t unit_words = 2;
constexpr std::int64_t limbs = 3;
constexpr std::int64_t panel_columns = 5;  // Fill a panel but for one place.
constexpr std::int64_t panel_width = 16;

// Variants and samples whose decoded genotypes (64 KiB) stay near.
constexpr std::int64_t block_variants = 64;
constexpr std::int64_t stretch_units = 16;

constexpr double largest_integer = 127.0 * 0x010101;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

template <class T>
void ensure(AlignedBuffer<T>& buffer, std::int64_t size) {
    if (buffer.size() < size) buffer = AlignedBuffer<T>{size};
}

// The nearest integer in signed digits, the least significant in the lowest byte.
std::uint32_t to_digits(double scaled) {
    constexpr double shift = 0x1.8p52;  // Integers of doubles from here on are in their low bits.
    constexpr std::uint32_t halves = 0x808080;
    auto const bits = std::bit_cast<std::uint64_t>(scaled + shift);
    return (static_cast<std::uint32_t>(bits) + halves) ^ halves;
}

}  // namespace

class RoundedProduct {
public:
    RoundedProduct(ProductForm const& form, PackedView genotypes, MatrixView<double const> columns,
                   RoundedWorkspace& work)
        : form_{form},
          genotypes_{genotypes},
          columns_{columns},
          work_{work},
          units_{(genotypes.samples() + unit_samples - 1) / unit_samples},
          panels_{(columns.columns() + panel_columns - 1) / panel_columns},
          stride_{(genotypes.variants() + tile_variants - 1) / tile_variants * tile_variants} {
        ensure(work_.tiles_, block_variants * stretch_units * unit_samples);
        ensure(work_.digits_, panels_ * units_ * tile_bytes);
        ensure(work_.sums_, panels_ * stride_ * panel_width);
    }

    void round() {
        auto const count = columns_.columns();
        std::vector<double> largest(at(count));
        for (std::int64_t s = 0; s < columns_.rows(); ++s) {
            auto const* const row = columns_.data() + s * columns_.row_stride();
            for (std::int64_t c = 0; c < count; ++c)
                largest[at(c)] = std::max(largest[at(c)], std::abs(row[c]));
        }
        work_.units_.resize(at(count));
        for (std::int64_t c = 0; c < count; ++c) {
            auto const most = largest[at(c)];
            // So that nothing overflows where the largest is next to nothing.
            bool const vanishes = most < 0x1p-900;
            work_.units_[at(c)] = vanishes ? 0 : most / largest_integer;
            if (!vanishes) round(c, largest_integer / most);
        }
    }

    void multiply() {
        std::fill_n(work_.sums_.data(), panels_ * stride_ * panel_width, 0);
        std::array<std::uint8_t const*, block_variants> rows;
        form_.begin();
        for (std::int64_t u = 0; u < units_; u += stretch_units) {
            auto const units = std::min(stretch_units, units_ - u);
            for (std::int64_t v = 0; v < genotypes_.variants(); v += block_variants) {
                auto const variants = std::min(block_variants, genotypes_.variants() - v);
                for (std::int64_t i = 0; i < variants; ++i) {
                    auto const* const row = genotypes_.words().data() +
                                            (v + i) * genotypes_.words_per_row() + u * unit_words;
                    rows[at(i)] = reinterpret_cast<std::uint8_t const*>(row);
                }
                form_.decode(rows.data(), variants, units, work_.tiles_.data());
                form_.multiply(work_.tiles_.data(), (variants + tile_variants - 1) / tile_variants,
                               units, work_.digits_.data() + u * tile_bytes, units_ * tile_bytes,
                               panels_, work_.sums_.data() + v * panel_width, stride_);
            }
        }
        form_.end();
    }

    void combine(MatrixView<double> sums) const {
        for (std::int64_t v = 0; v < sums.rows(); ++v) {
            auto* const row = sums.data() + v * sums.row_stride();
            for (std::int64_t c = 0; c < sums.columns(); ++c) {
                auto const* const digits = work_.sums_.data() +
                                           (c / panel_columns * stride_ + v) * panel_width +
                                           c % panel_columns * limbs;
                auto const integer = digits[0] + 256.0 * digits[1] + 65536.0 * digits[2];
                row[c] = integer * work_.units_[at(c)];
            }
        }
    }

private:
    void round(std::int64_t c, double scale) {
        auto const stride = columns_.row_stride();
        auto* to = work_.digits_.data() + c / panel_columns * units_ * tile_bytes +
                   c % panel_columns * limbs * 4;
        for (std::int64_t s = 0; s < columns_.rows(); s += unit_samples, to += tile_bytes) {
            auto const count = std::min(unit_samples, columns_.rows() - s);
            auto const* const from = columns_.data() + s * stride + c;
            std::array<std::uint32_t, unit_samples> digits{};
            for (std::int64_t i = 0; i < count; ++i)
                digits[at(i)] = to_digits(from[i * stride] * scale);
            // Position 16 j + i of a unit is its sample 4 i + j.
            for (std::int64_t q = 0; q < 16; ++q) {
                auto const* const four = digits.data() + q % 4 * 16 + q / 4;
                for (int limb = 0; limb < limbs; ++limb) {
                    std::uint32_t word = 0;
                    for (int k = 0; k < 4; ++k) word |= (four[4 * k] >> 8 * limb & 0xFF) << 8 * k;
                    __builtin_memcpy(to + q * 64 + limb * 4, &word, sizeof word);
                }
            }
        }
    }

    ProductForm const& form_;
    PackedView genotypes_;
    MatrixView<double const> columns_;
    RoundedWorkspace& work_;
    std::int64_t units_;
    std::int64_t panels_;
    std::int64_t stride_;
};

void multiply_rounded(ProductForm const& form, PackedView genotypes,
                      MatrixView<double const> columns, RoundedWorkspace& workspace,
                      MatrixView<double> sums) {
    expect(columns.rows() == genotypes.samples(), "genotypes and columns have the same samples");
    expect(sums.rows() == genotypes.variants() && sums.columns() == columns.columns(),
           "sums are variants x columns");
    expect(genotypes.samples() <= most_rounded_samples, "sums over the samples fit 32 bits");
    RoundedProduct product{form, genotypes, columns, workspace};
    product.round();
    product.multiply();
    product.combine(sums);
}

void multiply_rounded(PackedView genotypes, MatrixView<double const> columns,
                      RoundedWorkspace& workspace, MatrixView<double> sums) {
    static auto const& form = product_form(instruction_set());
    multiply_rounded(form, genotypes, columns, workspace, sums);
}

}  // namespace maniple
