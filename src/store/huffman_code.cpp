#include "huffman_code.hpp"

#include <algorithm>
#include <array>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

constexpr std::size_t most_symbols = 288;
constexpr unsigned longest_code = 15;

// A symbol below its count: leaves sort as numbers, which is fast and leaves no ties.
using Leaf = std::uint64_t;
constexpr unsigned symbol_bits = 9;
constexpr std::uint64_t symbol_mask = (std::uint64_t{1} << symbol_bits) - 1;

// Depth of each leaf in the tree of Huffman (1952); leaves are sorted by count.
void measure_depths(std::span<Leaf const> leaves, std::span<std::uint8_t> depths) {
    auto const size = leaves.size();
    std::array<std::uint64_t, 2 * most_symbols> weight;
    std::array<std::uint16_t, 2 * most_symbols> parent;
    for (std::size_t i = 0; i < size; ++i) weight[i] = leaves[i] >> symbol_bits;
    // Inner nodes come out in order of weight: two queues do instead of a heap.
    std::size_t leaf = 0;
    std::size_t inner = size;
    for (auto next = size; next < 2 * size - 1; ++next) {
        auto const lightest = [&] {
            auto const from_leaves =
                leaf < size && (inner == next || weight[leaf] <= weight[inner]);
            return from_leaves ? leaf++ : inner++;
        };
        auto const a = lightest();
        auto const b = lightest();
        weight[next] = weight[a] + weight[b];
        parent[a] = parent[b] = static_cast<std::uint16_t>(next);
    }
    std::array<std::uint8_t, 2 * most_symbols> depth;
    depth[2 * size - 2] = 0;
    for (auto node = 2 * size - 2; node-- > 0;) {
        depth[node] = static_cast<std::uint8_t>(depth[parent[node]] + 1);
    }
    std::copy_n(depth.begin(), size, depths.begin());
}

// \pre 0 < length <= 16; code has no bits beyond `length`
std::uint16_t reverse(std::uint32_t code, unsigned length) {
    code = (code & 0x5555U) << 1U | (code >> 1U & 0x5555U);
    code = (code & 0x3333U) << 2U | (code >> 2U & 0x3333U);
    code = (code & 0x0f0fU) << 4U | (code >> 4U & 0x0f0fU);
    code = (code & 0x00ffU) << 8U | (code >> 8U & 0x00ffU);
    return static_cast<std::uint16_t>(code >> (16 - length));
}

}  // namespace

void assign_lengths(std::span<std::uint32_t const> counts, unsigned longest,
                    std::span<std::uint8_t> lengths) {
    expect(lengths.size() == counts.size() && counts.size() <= most_symbols,
           "every symbol has a length");
    expect(longest <= longest_code && std::size_t{1} << longest >= counts.size(),
           "the longest code has room for all symbols");

    std::array<Leaf, most_symbols> storage;
    std::size_t used = 0;
    for (std::size_t s = 0; s < counts.size(); ++s) {
        if (counts[s] > 0) storage[used++] = Leaf{counts[s]} << symbol_bits | s;
    }
    std::ranges::fill(lengths, std::uint8_t{0});
    auto const leaves = std::span{storage}.first(used);
    if (used == 1) lengths[leaves[0] & symbol_mask] = 1;
    if (used < 2) return;
    std::ranges::sort(leaves);
    std::array<std::uint8_t, most_symbols> depths;
    measure_depths(leaves, depths);
    // Flatter counts make a flatter tree; halving keeps their order.
    while (*std::max_element(depths.begin(), depths.begin() + used) > longest) {
        for (auto& leaf : leaves) {
            leaf = ((leaf >> (symbol_bits + 1)) + 1) << symbol_bits | (leaf & symbol_mask);
        }
        measure_depths(leaves, depths);
    }
    for (std::size_t i = 0; i < used; ++i) lengths[leaves[i] & symbol_mask] = depths[i];
}

void assign_codes(std::span<std::uint8_t const> lengths, std::span<HuffmanCode> codes) {
    expect(codes.size() == lengths.size(), "every symbol has a code");

    std::array<std::uint32_t, longest_code + 1> of_length{};
    for (auto length : lengths) ++of_length[length];
    of_length[0] = 0;
    std::array<std::uint32_t, longest_code + 1> next{};
    for (unsigned length = 1; length <= longest_code; ++length) {
        next[length] = (next[length - 1] + of_length[length - 1]) << 1U;
    }
    for (std::size_t s = 0; s < lengths.size(); ++s) {
        auto const length = lengths[s];
        codes[s] = {};
        if (length > 0) codes[s] = {reverse(next[length]++, length), length};
    }
}

}  // namespace maniple
