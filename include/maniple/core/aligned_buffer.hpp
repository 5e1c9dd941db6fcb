/// \file  Memory that starts on a cache line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "maniple/core/zeroed_memory.hpp"

namespace maniple {

/// Sole owner of `size` zero-initialised elements, aligned to 64 bytes.
template <class T>
class AlignedBuffer {
public:
    static constexpr std::size_t alignment = 64;

    AlignedBuffer() = default;
    explicit AlignedBuffer(std::int64_t size)
        : size_{size},
          data_{allocate(static_cast<std::size_t>(size)), {static_cast<std::size_t>(size)}} {}
    AlignedBuffer(AlignedBuffer&& other) noexcept
        : size_{std::exchange(other.size_, 0)}, data_{std::move(other.data_)} {}
    AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
        size_ = std::exchange(other.size_, 0);
        data_ = std::move(other.data_);
        return *this;
    }

    std::int64_t size() const { return size_; }
    T* data() { return data_.get(); }
    T const* data() const { return data_.get(); }
    std::span<T> span() { return {data(), static_cast<std::size_t>(size_)}; }
    std::span<T const> span() const { return {data(), static_cast<std::size_t>(size_)}; }
    T& operator[](std::int64_t position) { return data_.get()[position]; }
    T const& operator[](std::int64_t position) const { return data_.get()[position]; }

private:
    struct Release {
        std::size_t size = 0;
        void operator()(T* data) const {
            if (is_large(size)) {
                release_zeroed(data, size * sizeof(T));
            } else {
                ::operator delete[](data, std::align_val_t{alignment});
            }
        }
    };
    static_assert(std::is_trivially_destructible_v<T>);

    static bool is_large(std::size_t size) {
        return std::is_arithmetic_v<T> && size >= large_memory / sizeof(T);
    }
    static T* allocate(std::size_t size) {
        if (size == 0) return nullptr;
        if (is_large(size)) return static_cast<T*>(allocate_zeroed(size * sizeof(T)));
        return new (std::align_val_t{alignment}) T[size]{};
    }

    std::int64_t size_ = 0;
    std::unique_ptr<T[], Release> data_;
};

}  // namespace maniple
