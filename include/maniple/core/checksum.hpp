/// \file  XXH3: the checksum of every block and list of names in a store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace maniple {

/// 64-bit XXH3 of the bytes, seed 0.
std::uint64_t checksum(std::span<std::byte const> bytes);

/// Checksum of a sequence of parts. Strings count with their length, so that
/// {"ab", "c"} and {"a", "bc"} differ.
class Checksum {
public:
    Checksum();
    Checksum(Checksum&&) noexcept;
    Checksum& operator=(Checksum&&) noexcept;
    ~Checksum();

    void add(std::span<std::byte const> bytes);
    void add(std::string_view text);
    template <class T>
    void add_values(std::span<T const> values) {
        add(std::as_bytes(values));
    }
    std::uint64_t value() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Of a whole file's bytes, read in pieces. \throws EnvironmentError when it cannot be read.
std::uint64_t checksum_of_file(std::filesystem::path const& path);

/// Sixteen lower-case hexadecimal digits.
std::string to_hex(std::uint64_t value);

}  // namespace maniple
