#include "maniple/genotype/sample_selection.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "maniple/core/contract.hpp"
#include "transposition_forms.hpp"

namespace maniple {
namespace {

// 512 variants of that many samples take 8 MiB.
constexpr std::int64_t large_tile_samples = 65'536;

std::int64_t padded(std::int64_t samples) {
    return (samples + square_side - 1) / square_side * square_side;
}

// The row of a square that has fewer.
constexpr std::array<std::uint64_t, square_words> zeros{};

bool ascends(std::span<SampleIndex const> samples) {
    return std::adjacent_find(samples.begin(), samples.end(), std::greater_equal{}) ==
           samples.end();
}

}  // namespace

SampleMajorBlock::SampleMajorBlock(std::int64_t samples)
    : samples_{samples},
      row_words_{tile_variants(samples) / 32},
      words_{padded(samples) * row_words_} {
    expect(samples > 0, "a block has samples");
}

std::int64_t SampleMajorBlock::tile_variants(std::int64_t samples) {
    return samples <= large_tile_samples ? 2 * square_side : square_side;
}

std::int64_t SampleMajorBlock::bytes(std::int64_t samples) {
    return padded(samples) * tile_variants(samples) / 4;
}

void SampleMajorBlock::assign(PackedView genotypes, std::span<LocalVariantIndex const> rows) {
    expect(genotypes.samples() == samples_, "the block has the samples it was made for");
    expect(std::ssize(rows) <= tile_variants(samples_), "the tile has room for the variants");
    static auto* const transpose = transpose_square(instruction_set());
    variants_ = std::ssize(rows);
    for (std::int64_t v0 = 0; v0 < variants_; v0 += square_side) {
        std::array<std::uint64_t const*, square_side> from;
        from.fill(zeros.data());
        auto const count = std::min(square_side, variants_ - v0);
        for (std::int64_t s0 = 0; s0 < samples_; s0 += square_side) {
            for (std::int64_t v = 0; v < count; ++v) {
                from[v] = genotypes.row(rows[v0 + v]).data() + s0 / 32;
                // The processor foresees a few rows' lines, not those of 256.
                __builtin_prefetch(from[v] + 2 * square_words);
            }
            transpose(from.data(), words_.data() + s0 * row_words_ + v0 / 32, row_words_,
                      square_side);
        }
    }
}

PackedView SampleMajorBlock::select(std::span<SampleIndex const> samples,
                                    std::span<std::uint64_t> room) const {
    auto const selected = std::ssize(samples);
    expect(selected > 0 && samples.front().get() >= 0 && samples.back().get() < samples_,
           "the selected samples are inside the block");
    expect(ascends(samples), "the selected samples ascend");
    expect(std::ssize(room) >= selection_words(selected), "there is room for the selected samples");
    static auto* const transpose = transpose_square(instruction_set());
    auto const stride = packed_stride(selected) / 8;
    for (std::int64_t k0 = 0; k0 < selected; k0 += square_side) {
        std::array<std::uint64_t const*, square_side> from;
        from.fill(zeros.data());
        auto const count = std::min(square_side, selected - k0);
        for (std::int64_t v0 = 0; v0 < variants_; v0 += square_side) {
            for (std::int64_t k = 0; k < count; ++k) {
                from[k] = words_.data() + samples[k0 + k].get() * row_words_ + v0 / 32;
            }
            transpose(from.data(), room.data() + v0 * stride + k0 / 32, stride,
                      std::min(square_side, variants_ - v0));
        }
    }
    return {room.first(static_cast<std::size_t>(selection_words(selected))), variants_, selected};
}

}  // namespace maniple
