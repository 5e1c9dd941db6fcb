/// \file  Genotypes of a few samples, as a packed block of their own.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/index.hpp"
#include "maniple/genotype/packed_block.hpp"

namespace maniple {

/// Some variants turned round: each sample's genotypes side by side, two bits each, so that any
/// list of samples is quickly a block of its own. Reused from block to block.
class SampleMajorBlock {
public:
    /// Room for tile_variants(samples) variants. \pre samples > 0
    explicit SampleMajorBlock(std::int64_t samples);

    /// How many variants are turned round together: 256 or 512, fewer where there are many
    /// samples. A sample's row fills whole cache lines either way.
    static std::int64_t tile_variants(std::int64_t samples);
    static std::int64_t bytes(std::int64_t samples);

    std::int64_t samples() const { return samples_; }
    std::int64_t variants() const { return variants_; }  ///< Of the last assign().

    /// Hold the variants `rows` of `genotypes`, in that order, instead of what was here.
    /// \pre   genotypes.samples() == samples()
    /// \pre   rows.size() <= tile_variants(samples())
    void assign(PackedView genotypes, std::span<LocalVariantIndex const> rows);

    /// One sample's genotypes as a row of a PackedView of samples x variants.
    /// \pre   the sample is inside
    std::span<std::uint64_t const> row(SampleIndex sample) const {
        expect(sample.get() >= 0 && sample.get() < samples_, "sample is inside the block");
        return words_.span().subspan(static_cast<std::size_t>(sample.get() * row_words_),
                                     static_cast<std::size_t>(packed_stride(variants_) / 8));
    }

    /// Words of the block that select() makes of `selected` samples.
    std::int64_t selection_words(std::int64_t selected) const {
        return variants_ * packed_stride(selected) / 8;
    }

    /// The genotypes of `samples` alone: variants() x samples.size(), in the order of the list,
    /// padding zero. The view shows the first selection_words() words of `room`.
    /// \pre   samples is not empty and ascends
    /// \pre   room.size() >= selection_words(samples.size())
    PackedView select(std::span<SampleIndex const> samples, std::span<std::uint64_t> room) const;

private:
    std::int64_t samples_;
    std::int64_t row_words_;
    std::int64_t variants_ = 0;
    AlignedBuffer<std::uint64_t> words_;
};

}  // namespace maniple
