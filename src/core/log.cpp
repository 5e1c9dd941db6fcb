#include "maniple/core/log.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {

void Log::open_file(std::filesystem::path const& path) {
    if (speaker_ == Speaker::silent) return;
    file_.open(path, std::ios::out | std::ios::trunc);
    if (!file_) {
        throw EnvironmentError{
            fmt::format("'{}' cannot be written (permission or disk space); choose another --out",
                        path.string())};
    }
    std::error_code ignored;  // A file system without permissions has none to restrict.
    using std::filesystem::perms;
    std::filesystem::permissions(path, perms::owner_read | perms::owner_write, ignored);
}

void Log::note(std::string_view line) {
    say_aside(line);
    if (file_.is_open()) file_ << line << '\n' << std::flush;
}

void Log::warn(std::string_view line) { note(fmt::format("warning: {}", line)); }

void Log::say_aside(std::string_view line) {
    if (speaker_ == Speaker::speaks) fmt::print(stderr, "{}\n", line);
}

}  // namespace maniple
