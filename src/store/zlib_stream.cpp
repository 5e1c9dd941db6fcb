#include "maniple/store/zlib_stream.hpp"

#include <libdeflate.h>

#include <memory>
#include <new>

namespace maniple {

std::vector<std::byte> to_zlib_stream(std::span<std::byte const> bytes) {
    constexpr int level = 9;
    std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> const compressor{
        libdeflate_alloc_compressor(level), &libdeflate_free_compressor};
    if (!compressor) throw std::bad_alloc{};
    std::vector<std::byte> stream(libdeflate_zlib_compress_bound(compressor.get(), bytes.size()));
    auto const size = libdeflate_zlib_compress(compressor.get(), bytes.data(), bytes.size(),
                                               stream.data(), stream.size());
    stream.resize(size);
    return stream;
}

}  // namespace maniple
