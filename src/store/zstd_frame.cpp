#include "zstd_frame.hpp"

#include <zstd.h>

#include <algorithm>
#include <memory>
#include <new>

namespace maniple {
namespace {

struct Release {
    void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
    void operator()(ZSTD_DCtx* d) const { ZSTD_freeDCtx(d); }
};

// Their memory is worth keeping; one per thread makes the functions re-entrant.
ZSTD_CCtx* compressor() {
    thread_local std::unique_ptr<ZSTD_CCtx, Release> const own{ZSTD_createCCtx()};
    if (!own) throw std::bad_alloc{};
    return own.get();
}

ZSTD_DCtx* decompressor() {
    thread_local std::unique_ptr<ZSTD_DCtx, Release> const own{ZSTD_createDCtx()};
    if (!own) throw std::bad_alloc{};
    return own.get();
}

}  // namespace

bool compress_frame(std::span<std::byte const> bytes, std::size_t most,
                    std::vector<std::byte>& frame) {
    frame.resize(std::min(most, ZSTD_compressBound(bytes.size())));
    auto const size = ZSTD_compressCCtx(compressor(), frame.data(), frame.size(), bytes.data(),
                                        bytes.size(), zstd_level);
    if (ZSTD_isError(size) != 0) return false;
    frame.resize(size);
    return true;
}

bool decompress_frame(std::span<std::byte const> frame, std::span<std::byte> bytes) {
    if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != bytes.size()) return false;
    // In one call, into memory of the content's size: without a window of its own.
    auto const size =
        ZSTD_decompressDCtx(decompressor(), bytes.data(), bytes.size(), frame.data(), frame.size());
    return ZSTD_isError(size) == 0 && size == bytes.size();
}

}  // namespace maniple
