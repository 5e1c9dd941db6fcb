#include "maniple/hdf5/failure.hpp"

#include <hdf5.h>

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple::hdf5 {
namespace {

struct Diagnosis {
    std::string innermost;
    bool from_system = false;  // The operating system refused: HDF5's drivers quote its errno.
};

// HDF5 writes "..., errno = 28, error message = 'No space left on device', buf = ...".
std::string quoted_reason(std::string const& description) {
    std::string const opening = "error message = '";
    auto const begin = description.find(opening);
    if (begin == std::string::npos) return description;
    auto const text = begin + opening.size();
    return description.substr(text, description.find('\'', text) - text);
}

// HDF5's words for what users meet; an unknown reason stays as it is.
std::string plain_reason(std::string const& reason) {
    static constexpr std::array<std::array<std::string_view, 2>, 5> translations{{
        {"truncated file", "it is cut off"},
        {"file signature not found", "it does not begin like an HDF5 file"},
        {"incorrect metadata checksum", "a checksum of its structure differs"},
        {"inflate() failed", "compressed values cannot be inflated"},
        {"addr overflow", "it refers to places beyond its end"},
    }};
    for (auto const& [raw, plain] : translations) {
        if (reason.find(raw) != std::string::npos) return std::string{plain};
    }
    return reason;
}

herr_t collect(unsigned depth, H5E_error2_t const* error, void* target) {
    auto& diagnosis = *static_cast<Diagnosis*>(target);
    if (error->desc == nullptr) return 0;
    std::string const description = error->desc;
    auto const system = description.find("errno = ") != std::string::npos;
    if (depth == 0 || (system && !diagnosis.from_system)) {
        diagnosis.innermost = quoted_reason(description);
    }
    diagnosis.from_system |= system;
    return 0;
}

}  // namespace

void fail(Origin const& origin, std::string_view action) {
    Diagnosis diagnosis;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &diagnosis);
    H5Eclear2(H5E_DEFAULT);
    if (diagnosis.innermost.empty()) diagnosis.innermost = "HDF5 gives no reason";
    diagnosis.innermost = plain_reason(diagnosis.innermost);
    if (origin.access == Access::read && !diagnosis.from_system) {
        throw CorruptInput{
            fmt::format("'{}': could not {} ({}); the file is damaged: restore it from a copy, or "
                        "make it again",
                        origin.path.string(), action, diagnosis.innermost)};
    }
    throw EnvironmentError{fmt::format("'{}': could not {} ({}); check {} and permissions",
                                       origin.path.string(), action, diagnosis.innermost,
                                       origin.access == Access::read ? "the disk" : "disk space")};
}

void reject(Origin const& origin, std::string_view problem) {
    throw CorruptInput{
        fmt::format("'{}': {}; the file is damaged or of another kind: restore it from a copy, or "
                    "make it again",
                    origin.path.string(), problem)};
}

}  // namespace maniple::hdf5
