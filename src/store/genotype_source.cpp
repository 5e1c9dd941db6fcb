#include <algorithm>
#include <cstdint>
#include <fstream>
#include <span>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "file_stamp.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/variant_block.hpp"

namespace maniple {

void GenotypeSource::go_on_from(SourcePlace const& place) {
    expect(place.empty(), "it is read from its beginning");
}

namespace {

// Of what a file begins and ends with. A file that cannot be read is noticed by its reader.
std::uint64_t checksum_of_ends(std::filesystem::path const& file, std::uintmax_t size) {
    constexpr std::uintmax_t part = 65'536;
    std::ifstream in{file, std::ios::binary};
    std::vector<char> bytes(static_cast<std::size_t>(std::min(part, size)));
    Checksum sum;
    for (auto const place : {std::uintmax_t{0}, size - bytes.size()}) {
        in.seekg(static_cast<std::streamoff>(place));
        in.read(bytes.data(), std::ssize(bytes));
        sum.add(std::as_bytes(std::span{bytes}));
    }
    return sum.value();
}

}  // namespace

std::string file_stamp(std::filesystem::path const& file) {
    std::error_code error;
    auto const size = std::filesystem::file_size(file, error);
    auto const changed = std::filesystem::last_write_time(file, error);
    if (error) {
        throw EnvironmentError{fmt::format("'{}' cannot be looked at ({}); check permissions",
                                           file.string(), error.message())};
    }
    return fmt::format("{} bytes, changed at {}, {}", size, changed.time_since_epoch().count(),
                       to_hex(checksum_of_ends(file, size)));
}

void throw_no_such_place(std::string const& file) {
    throw UserError{fmt::format(
        "'{}' does not have the place where an interrupted import stood (it changed, and kept its "
        "size and time); remove what that import left, and import it anew",
        file)};
}

}  // namespace maniple
