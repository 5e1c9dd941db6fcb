/// \file  A set of samples in the layout of packed genotypes.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/index.hpp"
#include "maniple/genotype/packed_block.hpp"

namespace maniple {

/// Which samples take part: the low bit of each sample's two, so that a word of genotypes and a
/// word of the mask meet by `&`.
class SampleMask {
public:
    /// Nobody. \pre samples > 0
    explicit SampleMask(std::int64_t samples)
        : samples_{samples}, words_{packed_stride(samples) / 8} {
        expect(samples > 0, "a mask has samples");
    }
    SampleMask(SampleMask&&) noexcept = default;
    SampleMask& operator=(SampleMask&&) noexcept = default;

    SampleMask copy() const {
        SampleMask same{samples_};
        std::ranges::copy(words(), same.words_.data());
        return same;
    }

    std::int64_t samples() const { return samples_; }
    std::span<std::uint64_t const> words() const { return words_.span(); }

    bool contains(SampleIndex s) const {
        return (words_[s.get() / 32] >> (s.get() % 32 * 2) & 1U) != 0;
    }
    void insert(SampleIndex s) { words_[s.get() / 32] |= std::uint64_t{1} << (s.get() % 32 * 2); }
    void erase(SampleIndex s) { words_[s.get() / 32] &= ~(std::uint64_t{1} << (s.get() % 32 * 2)); }

    std::int64_t count() const {
        std::int64_t total = 0;
        for (auto word : words_.span()) total += std::popcount(word);
        return total;
    }

    /// Call `visit(SampleIndex)` for each sample inside, in order.
    template <class Visit>
    void for_each(Visit visit) const {
        for (std::int64_t w = 0; w < words_.size(); ++w) {
            for (auto rest = words_[w]; rest != 0; rest &= rest - 1) {
                visit(SampleIndex{w * 32 + std::countr_zero(rest) / 2});
            }
        }
    }

    /// The samples inside, in order.
    std::vector<SampleIndex> list() const {
        std::vector<SampleIndex> inside;
        for_each([&](SampleIndex s) { inside.push_back(s); });
        return inside;
    }

    friend bool operator==(SampleMask const& a, SampleMask const& b) {
        return a.samples_ == b.samples_ &&
               std::equal(a.words().begin(), a.words().end(), b.words().begin());
    }

private:
    std::int64_t samples_;
    AlignedBuffer<std::uint64_t> words_;
};

}  // namespace maniple
