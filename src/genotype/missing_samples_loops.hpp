// The loop behind find_missing that the simpler instruction sets share, and what all of them use;
// compiled once for each by the sources that include this. All names are local to the including
// source.
#pragma once

#include <cstdint>

namespace maniple {
namespace {

constexpr std::int64_t run_words = 1024;  // What is listed before its samples are written.
constexpr std::int64_t most_step = 16;    // A list may be written that far beyond its end.

// The low bit of each sample that is missing.
std::uint64_t hits_of(std::uint64_t genotypes, std::uint64_t inside) {
    return genotypes & genotypes >> 1 & inside;
}

// Writes the samples hit in a word whose first sample is `first`; returns what follows them. Two
// are written whether or not there is a second.
std::int64_t* write_samples(std::uint64_t hits, std::int64_t first, std::int64_t* room) {
    auto rest = hits & (hits - 1);
    room[0] = first + __builtin_ctzll(hits) / 2;
    room[1] = first + __builtin_ctzll(rest | std::uint64_t{1} << 63) / 2;
    room += 1 + static_cast<int>(rest != 0);
    for (rest &= rest - 1; rest != 0; rest &= rest - 1) {
        *room++ = first + __builtin_ctzll(rest) / 2;
    }
    return room;
}

// First the words with a missing genotype are listed without a branch, then their samples: where
// few genotypes are missing, a branch for each word would be mispredicted as often as not.
// list_words(row, mask, words, list) writes the numbers of those words and returns their count.
template <class ListWords>
[[maybe_unused]] std::int64_t find_in_row(std::uint64_t const* row, std::uint64_t const* mask,
                                          std::int64_t words, std::int64_t* room,
                                          ListWords list_words) {
    std::int32_t list[run_words + most_step];
    auto* next = room;
    for (std::int64_t w0 = 0; w0 < words; w0 += run_words) {
        auto const run = words - w0 < run_words ? words - w0 : run_words;
        std::int64_t const count = list_words(row + w0, mask + w0, run, list);
        for (std::int64_t i = 0; i < count; ++i) {
            auto const w = w0 + list[i];
            next = write_samples(hits_of(row[w], mask[w]), w * 32, next);
        }
    }
    return next - room;
}

}  // namespace
}  // namespace maniple
