#include <immintrin.h>

#include "missing_samples_forms.hpp"
#include "missing_samples_loops.hpp"

namespace maniple {
namespace {

using Words [[gnu::vector_size(64)]] = std::uint64_t;

// The words of a run with a missing genotype: their hits, and the samples that they start with.
struct HitWords {
    std::uint64_t hits[run_words + most_step];
    std::uint64_t firsts[run_words + most_step];
    std::int64_t count = 0;
};

Words load(std::uint64_t const* from) {
    Words words;
    __builtin_memcpy(&words, from, sizeof words);
    return words;
}

void store(Words words, void* to) { __builtin_memcpy(to, &words, sizeof words); }

__mmask8 any_bit(Words words) {
    auto const bits = reinterpret_cast<__m512i>(words);
    return _mm512_test_epi64_mask(bits, bits);
}

Words compress(__mmask8 kept, Words words) {
    return reinterpret_cast<Words>(
        _mm512_maskz_compress_epi64(kept, reinterpret_cast<__m512i>(words)));
}

// Half the number of zeros below the lowest bit set; 32 where none is.
Words sample_of_lowest(Words words) {
    auto const below = ~words & (words - 1);
    return reinterpret_cast<Words>(_mm512_popcnt_epi64(reinterpret_cast<__m512i>(below))) >> 1;
}

Words load_hits(std::uint64_t const* row, std::uint64_t const* mask) {
    auto const genotypes = load(row);
    return genotypes & genotypes >> 1 & load(mask);
}

// The list ends with words without a hit, so that it can be read by whole vectors.
void list_hits(std::uint64_t const* row, std::uint64_t const* mask, std::int64_t words,
               std::uint64_t first_sample, HitWords& list) {
    constexpr std::int64_t stretch = 32;  // What is looked at together: often nothing is missing.
    Words const firsts = Words{0, 32, 64, 96, 128, 160, 192, 224} + first_sample;
    std::int64_t count = 0;
    for (std::int64_t w0 = 0; w0 < words; w0 += stretch) {
        auto const end = words - w0 < stretch ? words : w0 + stretch;
        Words any{};
        for (auto w = w0; w < end; w += 8) any |= load_hits(row + w, mask + w);
        if (any_bit(any) == 0) continue;
        for (auto w = w0; w < end; w += 8) {
            auto const hits = load_hits(row + w, mask + w);
            auto const hit = any_bit(hits);
            store(compress(hit, hits), list.hits + count);
            store(compress(hit, firsts + static_cast<std::uint64_t>(w) * 32), list.firsts + count);
            count += __builtin_popcount(hit);
        }
    }
    store(Words{}, list.hits + count);
    list.count = count;
}

// Eight words at once, none of which has more than two hits.
std::int64_t* write_pairs(Words hits, Words rest, Words firsts, std::int64_t* room) {
    auto const low = firsts + sample_of_lowest(hits);
    auto const high = firsts + sample_of_lowest(rest);
    // A word's samples stand side by side, then those that exist move together.
    auto const write = [&](Words samples, Words exists) {
        auto const kept = any_bit(exists);
        store(compress(kept, samples), room);
        room += __builtin_popcount(kept);
    };
    write(__builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11),
          __builtin_shufflevector(hits, rest, 0, 8, 1, 9, 2, 10, 3, 11));
    write(__builtin_shufflevector(low, high, 4, 12, 5, 13, 6, 14, 7, 15),
          __builtin_shufflevector(hits, rest, 4, 12, 5, 13, 6, 14, 7, 15));
    return room;
}

}  // namespace

std::int64_t find_missing_avx512(std::uint64_t const* row, std::uint64_t const* mask,
                                 std::int64_t words, std::int64_t* room) {
    HitWords list;
    auto* next = room;
    for (std::int64_t w0 = 0; w0 < words; w0 += run_words) {
        auto const run = words - w0 < run_words ? words - w0 : run_words;
        list_hits(row + w0, mask + w0, run, static_cast<std::uint64_t>(w0) * 32, list);
        for (std::int64_t i = 0; i < list.count; i += 8) {
            auto const hits = load(list.hits + i);
            auto const rest = hits & (hits - 1);
            if (any_bit(rest & (rest - 1)) == 0) {
                next = write_pairs(hits, rest, load(list.firsts + i), next);
                continue;
            }
            for (auto k = i; k < i + 8 && k < list.count; ++k) {
                next = write_samples(list.hits[k], static_cast<std::int64_t>(list.firsts[k]), next);
            }
        }
    }
    return next - room;
}

}  // namespace maniple
