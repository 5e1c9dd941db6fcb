/// \file  Canonical Huffman codes and runs of bits, as deflate (RFC 1951) has them. Serial and
/// re-entrant. Private to store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace maniple {

/// Appends bits to memory that the caller owns, low bits first.
class BitWriter {
public:
    static constexpr std::size_t slack = 8;  ///< Bytes past the end that may be overwritten.

    explicit BitWriter(std::byte* out) : out_{out} {}

    /// \pre count <= 56; value has no bits beyond `count`
    void put(std::uint64_t value, unsigned count) {
        bits_ |= value << used_;
        used_ += count;
        std::memcpy(out_, &bits_, sizeof bits_);
        out_ += used_ / 8;
        bits_ >>= used_ & ~7U;
        used_ &= 7U;
    }

    /// Fill the last byte with zeros.
    void align() {
        if (used_ > 0) put(0, 8 - used_);
    }

    /// \pre aligned
    void put_bytes(std::span<std::byte const> bytes) {
        std::memcpy(out_, bytes.data(), bytes.size());
        out_ += bytes.size();
    }

    std::byte* end() const { return out_; }  ///< \pre aligned

private:
    std::byte* out_;
    std::uint64_t bits_ = 0;
    unsigned used_ = 0;
};

/// One symbol's code, its first bit lowest.
struct HuffmanCode {
    std::uint16_t bits = 0;
    std::uint16_t length = 0;  ///< 0: the symbol has none.
};

/// Lengths of the best code for these counts among codes of at most `longest` bits, or one that is
/// nearly as good. A symbol with count 0 has none; one symbol alone gets one bit.
/// \pre lengths.size() == counts.size() <= 288; 2^longest >= counts.size()
void assign_lengths(std::span<std::uint32_t const> counts, unsigned longest,
                    std::span<std::uint8_t> lengths);

/// The canonical codes of these lengths (RFC 1951, 3.2.2). \pre codes.size() == lengths.size()
void assign_codes(std::span<std::uint8_t const> lengths, std::span<HuffmanCode> codes);

}  // namespace maniple
