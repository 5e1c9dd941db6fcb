#include "maniple/core/checksum.hpp"

#include <xxhash.h>

// Where the library can choose by processor, this makes its functions do so.
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif

#include <fstream>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {

std::uint64_t checksum(std::span<std::byte const> bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

struct Checksum::State {
    XXH3_state_t* xxh = XXH3_createState();
    State() { XXH3_64bits_reset(xxh); }
    ~State() { XXH3_freeState(xxh); }
    State(State const&) = delete;
    State& operator=(State const&) = delete;
};

Checksum::Checksum() : state_{std::make_unique<State>()} {}
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;
Checksum::~Checksum() = default;

void Checksum::add(std::span<std::byte const> bytes) {
    XXH3_64bits_update(state_->xxh, bytes.data(), bytes.size());
}

void Checksum::add(std::string_view text) {
    auto const length = static_cast<std::uint64_t>(text.size());
    add(std::as_bytes(std::span{&length, 1}));
    add(std::as_bytes(std::span{text}));
}

std::uint64_t Checksum::value() const { return XXH3_64bits_digest(state_->xxh); }

std::uint64_t checksum_of_file(std::filesystem::path const& path) {
    constexpr std::size_t piece = std::size_t{1} << 20;
    std::ifstream file{path, std::ios::binary};
    Checksum sum;
    std::vector<char> buffer(piece);
    while (file) {
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        sum.add(std::as_bytes(std::span{buffer}.first(static_cast<std::size_t>(file.gcount()))));
    }
    if (!file.eof()) {
        throw EnvironmentError{
            fmt::format("'{}' cannot be read; check its permissions", path.string())};
    }
    return sum.value();
}

std::string to_hex(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace maniple
