#include "maniple/run/export_target.hpp"

#include <string>
#include <system_error>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/store/line_reader.hpp"

namespace maniple {
namespace {

void require_folder(std::filesystem::path const& file) {
    auto const folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    std::error_code ignored;
    if (std::filesystem::is_directory(folder, ignored)) return;
    throw UserError{fmt::format(
        "'{}' cannot be written ('{}' is no folder); make that folder or choose another --out",
        file.string(), folder.string())};
}

// Pipes would wait for a reader, and links may lead nowhere.
void require_place(std::filesystem::path const& file) {
    using std::filesystem::file_type;
    std::error_code error;
    auto const type = std::filesystem::status(file, error).type();
    if (type == file_type::none) {
        throw UserError{fmt::format("'{}' cannot be written ({}); choose another --out",
                                    file.string(), error.message())};
    }
    bool const is_usual =
        type == file_type::not_found || type == file_type::regular || type == file_type::directory;
    if (is_usual) return;
    throw UserError{fmt::format(
        "'{}' is a pipe or a device (exports are files); choose another --out", file.string())};
}

// An old index beside a new file would lead readers astray.
void require_free(std::filesystem::path const& file) {
    for (auto const* suffix : {"", ".tbi", ".csi"}) {
        if (*suffix != '\0' && file.extension() != ".gz") continue;
        auto path = file;
        path += suffix;
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) continue;
        throw UserError{fmt::format("'{}' exists already; choose another --out, or give --replace",
                                    path.string())};
    }
}

// --replace is for exports: nothing else is overwritten by a slip of the fingers.
void require_export(std::filesystem::path const& file,
                    std::function<bool(std::string_view)> const& is_export) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return;
    std::string first;
    try {
        LineReader lines{file};
        if (auto const line = lines.next()) first = *line;
    } catch (Error const&) {
        first.clear();  // Not even text.
    }
    if (is_export(first)) return;
    throw UserError{
        fmt::format("'{}' is not an export (--replace replaces nothing else); choose "
                    "another --out, or remove the file yourself",
                    file.string())};
}

}  // namespace

void require_export_target(std::filesystem::path const& file, ExistingFile existing,
                           std::function<bool(std::string_view)> const& is_export) {
    require_folder(file);
    require_place(file);
    if (existing == ExistingFile::refuse) {
        require_free(file);
    } else {
        require_export(file, is_export);
    }
}

}  // namespace maniple
