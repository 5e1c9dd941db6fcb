#include <system_error>

#include <fmt/format.h>

#include "file_stamp.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/variant_block.hpp"

namespace maniple {

void GenotypeSource::go_on_from(SourcePlace const& place) {
    expect(place.empty(), "it is read from its beginning");
}

std::string file_stamp(std::filesystem::path const& file) {
    std::error_code error;
    auto const size = std::filesystem::file_size(file, error);
    auto const changed = std::filesystem::last_write_time(file, error);
    if (error) {
        throw EnvironmentError{
            fmt::format("'{}' cannot be looked at ({})", file.string(), error.message())};
    }
    return fmt::format("{} bytes, changed at {}", size, changed.time_since_epoch().count());
}

void throw_no_such_place(std::string const& file) {
    throw UserError{fmt::format(
        "'{}' does not have the place where an interrupted import stood (it changed, and kept its "
        "size and time); remove what that import left, and import it anew",
        file)};
}

}  // namespace maniple
