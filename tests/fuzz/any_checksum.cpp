// In the place of core/checksum.cpp: one checksum for everything. What a target reads is then what
// a hostile writer sealed, and whatever depends on its values is reached.
#include <fmt/format.h>

#include "maniple/core/checksum.hpp"

namespace maniple {
namespace {

constexpr std::uint64_t any = 1;

}  // namespace

struct Checksum::State {};

std::uint64_t checksum(std::span<std::byte const>) { return any; }

Checksum::Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;
Checksum::~Checksum() = default;
void Checksum::add(std::span<std::byte const>) {}
void Checksum::add(std::string_view) {}
std::uint64_t Checksum::value() const { return any; }

std::uint64_t checksum_of_file(std::filesystem::path const&) { return any; }
std::string to_hex(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace maniple
