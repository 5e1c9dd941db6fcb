#include "../../src/store/zstd_frame.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

std::vector<std::byte> counting_bytes(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i / 50 % 256);
    return bytes;
}

TEST_CASE("compress_frame: decompresses to the same bytes", "[store]") {
    auto const size = GENERATE(std::size_t{1}, 63, 100'000, 5'000'000);
    auto const bytes = counting_bytes(size);
    std::vector<std::byte> frame;
    REQUIRE(compress_frame(bytes, size + 100, frame));

    std::vector<std::byte> out(size);
    CHECK(decompress_frame(frame, out));
    CHECK(out == bytes);
}

TEST_CASE("compress_frame: gives up where the frame would be longer than wanted", "[store]") {
    auto const bytes = counting_bytes(100'000);
    std::vector<std::byte> frame;
    REQUIRE(compress_frame(bytes, bytes.size(), frame));
    auto const size = frame.size();
    CHECK_FALSE(compress_frame(bytes, size / 2, frame));
}

TEST_CASE("decompress_frame: refuses a frame that says another size, or none", "[store]") {
    auto const bytes = counting_bytes(10'000);
    std::vector<std::byte> frame;
    REQUIRE(compress_frame(bytes, bytes.size(), frame));
    std::vector<std::byte> shorter(9'999);
    std::vector<std::byte> longer(10'001);
    std::vector<std::byte> same(10'000);
    CHECK_FALSE(decompress_frame(frame, shorter));
    CHECK_FALSE(decompress_frame(frame, longer));
    CHECK_FALSE(decompress_frame({}, same));
    CHECK_FALSE(decompress_frame(std::span{frame}.first(frame.size() - 1), same));

    // Frame header (RFC 8878): magic, descriptor, then the content's size. One that claims an
    // exabyte is refused by its header.
    std::vector<std::byte> lying;
    for (auto value : {0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0, 0}) {
        lying.push_back(static_cast<std::byte>(value));
    }
    CHECK_FALSE(decompress_frame(lying, same));
    lying[4] = std::byte{0};  // No size at all.
    CHECK_FALSE(decompress_frame(lying, same));
    CHECK(decompress_frame(frame, same));
    CHECK(same == bytes);
}

}  // namespace
}  // namespace maniple
