#include "plane_stream.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "huffman_code.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// RFC 1951: symbols are 256 literals, the end of the block, and 29 ranges of lengths.
constexpr std::size_t end_of_block = 256;
constexpr std::size_t length_symbols = 29;
constexpr std::size_t symbols = end_of_block + 1 + length_symbols;
constexpr std::size_t longest_match = 258;
constexpr std::size_t shortest_match = 3;
constexpr std::size_t longest_stored = 65'535;
// Four codes go into one write of 56 bits.
constexpr unsigned longest_literal = 12;

enum class BlockKind : std::uint64_t { stored = 0, fixed = 1, dynamic = 2 };
constexpr unsigned block_header_bits = 3;  // "Last block", then the kind.

void put_block_header(BitWriter& out, BlockKind kind) {
    out.put(static_cast<std::uint64_t>(kind) << 1U, block_header_bits);
}

// A literal, or a repetition of the byte before it.
struct Token {
    std::uint16_t symbol;
    std::uint8_t extra_bits;
    std::uint8_t extra;
};

constexpr unsigned fixed_distance_bits = 5;
constexpr unsigned dynamic_distance_bits = 1;

std::size_t bits_beside_codes(std::span<Token const> tokens) {
    std::size_t bits = 0;
    for (auto const& token : tokens) {
        if (token.symbol > end_of_block) bits += token.extra_bits + dynamic_distance_bits;
    }
    return bits;
}

struct LengthRange {
    std::uint16_t first;
    std::uint8_t extra_bits;
};

constexpr std::array<LengthRange, length_symbols> length_ranges = [] {
    std::array<LengthRange, length_symbols> ranges{};
    std::uint16_t first = shortest_match;
    for (std::size_t i = 0; i < length_symbols - 1; ++i) {
        auto const extra = static_cast<std::uint8_t>(i < 8 ? 0 : i / 4 - 1);
        ranges[i] = {first, extra};
        first = static_cast<std::uint16_t>(first + (1U << extra));
    }
    ranges[length_symbols - 1] = {longest_match, 0};
    return ranges;
}();

Token repetition(std::size_t length) {
    auto const range = std::ranges::upper_bound(length_ranges, length, {}, &LengthRange::first) - 1;
    return {static_cast<std::uint16_t>(end_of_block + 1 +
                                       static_cast<std::size_t>(range - length_ranges.begin())),
            range->extra_bits, static_cast<std::uint8_t>(length - range->first)};
}

// Runs of one byte as the byte and repetitions of it; everything else byte by byte.
void add_run(std::vector<Token>& tokens, std::byte value, std::size_t length) {
    Token const literal{std::to_integer<std::uint16_t>(value), 0, 0};
    tokens.push_back(literal);
    auto left = length - 1;
    for (; left >= shortest_match; left -= std::min(left, longest_match)) {
        tokens.push_back(repetition(std::min(left, longest_match)));
    }
    tokens.insert(tokens.end(), left, literal);
}

std::vector<Token> tokens_of_runs(std::span<std::byte const> plane) {
    std::vector<Token> tokens;
    for (std::size_t first = 0; first < plane.size();) {
        auto last = first + 1;
        while (last < plane.size() && plane[last] == plane[first]) ++last;
        add_run(tokens, plane[first], last - first);
        first = last;
    }
    return tokens;
}

using Counts = std::array<std::uint32_t, symbols>;

Counts count_bytes(std::span<std::byte const> plane) {
    // Four tables: equal neighbours would wait for each other in one.
    std::array<std::array<std::uint32_t, 256>, 4> tables{};
    std::size_t i = 0;
    for (; i + 4 <= plane.size(); i += 4) {
        for (std::size_t k = 0; k < 4; ++k) {
            ++tables[k][std::to_integer<std::size_t>(plane[i + k])];
        }
    }
    for (; i < plane.size(); ++i) ++tables[0][std::to_integer<std::size_t>(plane[i])];
    Counts counts{};
    for (std::size_t s = 0; s < 256; ++s) {
        counts[s] = tables[0][s] + tables[1][s] + tables[2][s] + tables[3][s];
    }
    counts[end_of_block] = 1;
    return counts;
}

Counts count_tokens(std::span<Token const> tokens) {
    Counts counts{};
    for (auto const& token : tokens) ++counts[token.symbol];
    counts[end_of_block] = 1;
    return counts;
}

// The code of a dynamic block and its description, ready to be written.
class DynamicCode {
public:
    explicit DynamicCode(Counts const& counts) {
        std::array<std::uint8_t, symbols + 1> lengths{};
        assign_lengths(counts, longest_literal, std::span{lengths}.first(symbols));
        assign_codes(std::span{lengths}.first(symbols), codes_);
        for (std::size_t s = 0; s < symbols; ++s) body_bits_ += counts[s] * lengths[s];
        used_ = symbols;
        while (lengths[used_ - 1] == 0) --used_;
        lengths[used_] = 1;  // The one distance there is: 1.
        describe(std::span{lengths}.first(used_ + 1));
    }

    std::array<HuffmanCode, symbols> const& codes() const { return codes_; }
    /// Bits of the block without extra bits of lengths and without distances.
    std::size_t bits() const { return header_bits_ + body_bits_; }

    void put_header(BitWriter& out) const {
        put_block_header(out, BlockKind::dynamic);
        out.put(used_ - (end_of_block + 1), 5);
        out.put(0, 5);  // One distance.
        out.put(shown_ - 4, 4);
        for (std::size_t i = 0; i < shown_; ++i) out.put(meta_lengths_[order[i]], 3);
        for (std::size_t i = 0; i < steps_; ++i) {
            auto const& step = description_[i];
            auto const code = meta_codes_[step.symbol];
            out.put(code.bits, code.length);
            out.put(step.extra, step.extra_bits);
        }
    }

private:
    static constexpr std::size_t meta_symbols = 19;
    static constexpr std::array<std::uint8_t, meta_symbols> order{
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

    // Lengths in order, runs of zeros shortened.
    void describe(std::span<std::uint8_t const> lengths) {
        for (std::size_t i = 0; i < lengths.size();) {
            auto last = i;
            while (last < lengths.size() && lengths[last] == 0 && last - i < 138) ++last;
            auto const zeros = last - i;
            if (zeros >= 11) {
                description_[steps_++] = {18, 7, static_cast<std::uint8_t>(zeros - 11)};
            } else if (zeros >= 3) {
                description_[steps_++] = {17, 3, static_cast<std::uint8_t>(zeros - 3)};
            } else {
                description_[steps_++] = {lengths[i], 0, 0};
                last = i + 1;
            }
            i = last;
        }
        std::array<std::uint32_t, meta_symbols> counts{};
        for (std::size_t i = 0; i < steps_; ++i) {
            ++counts[description_[i].symbol];
            header_bits_ += description_[i].extra_bits;
        }
        assign_lengths(counts, 7, meta_lengths_);
        assign_codes(meta_lengths_, meta_codes_);
        for (std::size_t s = 0; s < meta_symbols; ++s) header_bits_ += counts[s] * meta_lengths_[s];
        while (shown_ > 4 && meta_lengths_[order[shown_ - 1]] == 0) --shown_;
        header_bits_ += block_header_bits + 5 + 5 + 4 + 3 * shown_;
    }

    std::array<HuffmanCode, symbols> codes_;
    std::array<Token, symbols + 1> description_;
    std::array<std::uint8_t, meta_symbols> meta_lengths_;
    std::array<HuffmanCode, meta_symbols> meta_codes_;
    std::size_t used_ = 0;
    std::size_t steps_ = 0;
    std::size_t shown_ = meta_symbols;
    std::size_t header_bits_ = 0;
    std::size_t body_bits_ = 0;
};

std::array<HuffmanCode, 288> make_fixed_codes() {
    std::array<std::uint8_t, 288> lengths;
    for (std::size_t s = 0; s < lengths.size(); ++s) {
        lengths[s] = s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8;
    }
    std::array<HuffmanCode, 288> codes;
    assign_codes(lengths, codes);
    return codes;
}

void put_tokens(BitWriter& out, std::span<Token const> tokens, std::span<HuffmanCode const> codes,
                unsigned distance_bits) {
    for (auto const& token : tokens) {
        auto const code = codes[token.symbol];
        out.put(code.bits, code.length);
        if (token.symbol <= end_of_block) continue;
        out.put(token.extra, token.extra_bits);
        out.put(0, distance_bits);
    }
    out.put(codes[end_of_block].bits, codes[end_of_block].length);
}

void put_literals(BitWriter& out, std::span<std::byte const> plane,
                  std::span<HuffmanCode const> codes) {
    auto const code = [&](std::size_t i) { return codes[std::to_integer<std::size_t>(plane[i])]; };
    std::size_t i = 0;
    for (; i + 4 <= plane.size(); i += 4) {
        auto const a = code(i);
        auto const b = code(i + 1);
        auto const c = code(i + 2);
        auto const d = code(i + 3);
        auto const low = std::uint64_t{a.bits} | std::uint64_t{b.bits} << a.length;
        auto const high = std::uint64_t{c.bits} | std::uint64_t{d.bits} << c.length;
        auto const middle = unsigned{a.length} + b.length;
        out.put(low | high << middle, middle + c.length + d.length);
    }
    for (; i < plane.size(); ++i) out.put(code(i).bits, code(i).length);
    out.put(codes[end_of_block].bits, codes[end_of_block].length);
}

// Are all bytes the same?
bool is_constant(std::span<std::byte const> plane) {
    return std::memcmp(plane.data(), plane.data() + 1, plane.size() - 1) == 0;
}

// May a code make it clearly smaller? Judged by how often two of 64 bytes, evenly spread, are
// equal: 8 pairs in noise, 43 and more at less than about 5.6 bits a byte.
bool looks_compressible(std::span<std::byte const> plane) {
    constexpr std::size_t most_looks = 64;
    auto const looks = std::min(most_looks, plane.size());
    std::array<std::uint8_t, 256> counts{};
    std::size_t pairs = 0;
    auto const step = plane.size() / looks;
    for (std::size_t i = 0; i < looks; ++i) {
        pairs += counts[std::to_integer<std::size_t>(plane[i * step])]++;
    }
    return 96 * pairs >= looks * looks;
}

// Do most bytes equal the one before?
bool is_mostly_runs(std::span<std::byte const> plane) {
    std::size_t repeated = 0;
    constexpr std::size_t step = 255;  // As much as a byte counts: sixteen at a time.
    for (std::size_t first = 1; first < plane.size(); first += step) {
        std::uint8_t here = 0;
        auto const last = std::min(plane.size(), first + step);
        for (auto i = first; i < last; ++i) here += std::uint8_t{plane[i] == plane[i - 1]};
        repeated += here;
    }
    return 4 * repeated >= 3 * plane.size();
}

class PlaneWriter {
public:
    explicit PlaneWriter(std::byte* target) : out_{target} {}

    void put(std::span<std::byte const> plane) {
        if (is_constant(plane)) return put_run(plane[0], plane.size());
        if (!looks_compressible(plane)) return store(plane);
        auto const stored_bits = 8 * plane.size();
        if (is_mostly_runs(plane)) {
            auto const tokens = tokens_of_runs(plane);
            DynamicCode const code{count_tokens(tokens)};
            if (code.bits() + bits_beside_codes(tokens) >= stored_bits) return store(plane);
            flush();
            code.put_header(out_);
            return put_tokens(out_, tokens, code.codes(), dynamic_distance_bits);
        }
        DynamicCode const code{count_bytes(plane)};
        if (code.bits() >= stored_bits) return store(plane);
        flush();
        code.put_header(out_);
        put_literals(out_, plane, code.codes());
    }

    void put_run(std::byte value, std::size_t length) {
        static auto const fixed = make_fixed_codes();
        if (length == 0) return;
        flush();
        run_.clear();
        add_run(run_, value, length);
        put_block_header(out_, BlockKind::fixed);
        put_tokens(out_, run_, fixed, fixed_distance_bits);
    }

    // An empty block that says it is the last, then the checksum of what went in.
    std::byte* finish(std::uint32_t adler) {
        flush();
        constexpr std::uint64_t last_and_fixed = 3;
        out_.put(last_and_fixed, block_header_bits);
        out_.put(0, 7);  // The end of the block.
        out_.align();
        for (int shift = 24; shift >= 0; shift -= 8) out_.put(adler >> shift & 0xffU, 8);
        return out_.end();
    }

private:
    // Stored planes that lie side by side become one block.
    void store(std::span<std::byte const> plane) {
        if (!stored_.empty() && stored_.data() + stored_.size() == plane.data()) {
            stored_ = {stored_.data(), stored_.size() + plane.size()};
            return;
        }
        flush();
        stored_ = plane;
    }

    void flush() {
        while (!stored_.empty()) {
            auto const length = std::min(stored_.size(), longest_stored);
            put_block_header(out_, BlockKind::stored);
            out_.align();
            out_.put(length, 16);
            out_.put(~length & 0xffffU, 16);
            out_.put_bytes(stored_.first(length));
            stored_ = stored_.subspan(length);
        }
    }

    BitWriter out_;
    std::span<std::byte const> stored_;
    std::vector<Token> run_;
};

}  // namespace

void deflate_planes(std::span<std::byte const> planes, std::int64_t count, std::int64_t values,
                    std::int64_t plane_bytes, std::vector<std::byte>& target) {
    expect(count > 0 && std::ssize(planes) == count * values, "planes have one byte of each value");
    expect(values > 0 && values <= plane_bytes, "there are values, and they fit their planes");

    auto const size = static_cast<std::size_t>(values);
    auto const padding = static_cast<std::size_t>(plane_bytes - values);
    // Of a run: a header, a literal and 14 bits a repetition. No plane is longer than stored.
    auto const of_run = [](std::size_t length) { return 16 + 2 * (length / longest_match); };
    auto const per_plane = std::max(size + 8 * (1 + size / longest_stored), of_run(size));
    auto const bound = 2 + static_cast<std::size_t>(count) * (per_plane + of_run(padding)) + 8;
    auto const start = target.size();
    target.resize(start + bound + BitWriter::slack);

    auto* const stream = target.data() + start;
    stream[0] = std::byte{0x78};  // Deflate with a window of 32 KiB; together a multiple of 31.
    stream[1] = std::byte{0x01};
    PlaneWriter writer{stream + 2};
    std::uint32_t adler = 1;
    std::vector<std::byte> const zeros(padding);
    if (padding == 0) adler = libdeflate_adler32(adler, planes.data(), planes.size());
    for (std::int64_t plane = 0; plane < count; ++plane) {
        auto const bytes = planes.subspan(static_cast<std::size_t>(plane) * size, size);
        writer.put(bytes);
        writer.put_run(std::byte{0}, padding);
        if (padding == 0) continue;
        adler = libdeflate_adler32(adler, bytes.data(), size);
        adler = libdeflate_adler32(adler, zeros.data(), padding);
    }
    target.resize(static_cast<std::size_t>(writer.finish(adler) - target.data()));
}

}  // namespace maniple
