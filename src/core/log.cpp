#include "maniple/core/log.hpp"

#include <unistd.h>

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

// fmt::print would throw where standard error is closed; a run does not end for that.
void Log::print(std::string_view line) const {
    if (speaker_ == Speaker::speaks) std::fputs(fmt::format("{}\n", line).c_str(), stderr);
}

void Log::note(std::string_view line) {
    print(line);
    if (!file_.is_open()) return;
    file_ << line << '\n' << std::flush;
    if (!file_) {
        file_.close();
        throw EnvironmentError{"the run's log.txt cannot be written (disk space?); make room"};
    }
}

void Log::warn(std::string_view line) { note(fmt::format("warning: {}", line)); }

void Log::say_aside(std::string_view line) {
    if (::isatty(STDERR_FILENO) == 1) print(line);
}

}  // namespace maniple
