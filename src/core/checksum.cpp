#include "maniple/core/checksum.hpp"

#include <xxhash.h>

#include <fmt/format.h>

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

std::string to_hex(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace maniple
