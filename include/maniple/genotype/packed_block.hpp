/// \file  Genotypes as the store holds them: two bits each, variant-major.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/index.hpp"

namespace maniple {

/// Code of a missing genotype; 0, 1 and 2 count ALT alleles.
inline constexpr unsigned missing_genotype = 3;

/// Bytes of one variant's row: four samples a byte, sample 0 in the low bits, padded to 64 bytes.
constexpr std::int64_t packed_stride(std::int64_t samples) { return (samples + 255) / 256 * 64; }

/// variants x samples of 2-bit ALT counts. The padding of each row is zero.
class PackedView {
public:
    /// \pre   words.size() == variants * packed_stride(samples) / 8
    PackedView(std::span<std::uint64_t const> words, std::int64_t variants, std::int64_t samples)
        : words_{words}, variants_{variants}, samples_{samples} {
        expect(samples > 0, "a block has samples");
        expect(std::ssize(words) == variants * words_per_row(), "a block holds whole variants");
    }

    std::int64_t variants() const { return variants_; }
    std::int64_t samples() const { return samples_; }
    std::int64_t words_per_row() const { return packed_stride(samples_) / 8; }
    std::span<std::uint64_t const> words() const { return words_; }

    /// One variant: 32 samples a word, sample 0 in the low bits (little-endian in memory).
    std::span<std::uint64_t const> row(LocalVariantIndex v) const {
        expect(v.get() >= 0 && v.get() < variants_, "variant is inside the block");
        return words_.subspan(static_cast<std::size_t>(v.get() * words_per_row()),
                              static_cast<std::size_t>(words_per_row()));
    }

    /// ALT alleles of one sample, or `missing_genotype`.
    unsigned genotype(LocalVariantIndex v, SampleIndex s) const {
        expect(s.get() >= 0 && s.get() < samples_, "sample is inside the block");
        return static_cast<unsigned>(row(v)[s.at() / 32] >> (s.at() % 32 * 2) & 3U);
    }

private:
    std::span<std::uint64_t const> words_;
    std::int64_t variants_;
    std::int64_t samples_;
};

/// Owner of packed genotypes; starts with every genotype 0.
class PackedBlock {
public:
    PackedBlock(std::int64_t variants, std::int64_t samples)
        : variants_{variants}, samples_{samples}, words_{variants * packed_stride(samples) / 8} {}

    std::int64_t variants() const { return variants_; }
    std::int64_t samples() const { return samples_; }
    PackedView view() const {
        return {
            words_.span().first(static_cast<std::size_t>(variants_ * packed_stride(samples_) / 8)),
            variants_, samples_};
    }
    std::span<std::uint64_t> words() {
        return words_.span().first(
            static_cast<std::size_t>(variants_ * packed_stride(samples_) / 8));
    }

    std::span<std::uint64_t> row(LocalVariantIndex v) {
        auto const words_per_row = packed_stride(samples_) / 8;
        expect(v.get() >= 0 && v.get() < variants_, "variant is inside the block");
        return words_.span().subspan(static_cast<std::size_t>(v.get() * words_per_row),
                                     static_cast<std::size_t>(words_per_row));
    }

    /// \pre   0 <= s < samples()
    /// \pre   genotype <= 3
    void set(LocalVariantIndex v, SampleIndex s, unsigned genotype) {
        expect(s.get() >= 0 && s.get() < samples_, "sample is inside the block");
        expect(genotype <= 3, "a genotype has two bits");
        auto& word = row(v)[s.at() / 32];
        auto const shift = s.at() % 32 * 2;
        word = (word & ~(std::uint64_t{3} << shift)) | std::uint64_t{genotype} << shift;
    }

    /// Forget the variants after the first `variants`.
    /// \pre   0 <= variants <= this->variants()
    void truncate(std::int64_t variants) {
        expect(variants >= 0 && variants <= variants_, "truncating does not grow a block");
        variants_ = variants;
    }

private:
    std::int64_t variants_;
    std::int64_t samples_;
    AlignedBuffer<std::uint64_t> words_;
};

}  // namespace maniple
