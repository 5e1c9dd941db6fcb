// Chunks of a block: the first byte is the codec of the first of two, the second the other's.
#include "maniple/store/block_codec.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    constexpr std::int64_t samples = 300;
    fuzz::Cursor cursor{fuzz::input_of(data, size)};
    RawBlock raw;
    raw.place = "block";
    raw.reshape(3, samples, 2);
    for (std::size_t c = 0; c < raw.chunks.size(); ++c) {
        auto& chunk = raw.chunks[c];
        chunk.codec = static_cast<Codec>(cursor.number(1) % 3);
        auto const bytes = std::as_bytes(cursor.bytes(cursor.number(2)));
        if (chunk.codec != Codec::plain) {
            chunk.bytes.assign(bytes.begin(), bytes.end());
        } else {
            auto const place = raw.chunk_place(c);
            std::ranges::fill(place, std::byte{0});
            std::ranges::copy(bytes.first(std::min(bytes.size(), place.size())), place.begin());
        }
    }
    raw.checksum = cursor.number(8);
    fuzz::meet_input([&] { count_block(decode_block(raw)); });
    return 0;
}
