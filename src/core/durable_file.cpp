#include "maniple/core/durable_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

constexpr char const* temporary_mark = ".unfinished-";

std::filesystem::path folder_of(std::filesystem::path const& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
}

[[noreturn]] void refuse(std::filesystem::path const& path, char const* action,
                         std::string const& reason) {
    throw EnvironmentError{fmt::format("'{}': could not {} ({}); check disk space and permissions",
                                       path.string(), action, reason)};
}

}  // namespace

DurableFile::DurableFile(std::filesystem::path final_path)
    : final_{std::move(final_path)}, temporary_{final_} {
    temporary_ += fmt::format("{}{}", temporary_mark, ::getpid());
    remove_leftovers(final_);
}

DurableFile::DurableFile(DurableFile&& other) noexcept
    : final_{std::move(other.final_)}, temporary_{std::exchange(other.temporary_, {})} {}

DurableFile& DurableFile::operator=(DurableFile&& other) noexcept {
    std::swap(final_, other.final_);
    std::swap(temporary_, other.temporary_);
    return *this;
}

DurableFile::~DurableFile() { discard(); }

void DurableFile::discard() noexcept {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void DurableFile::commit(ExistingFile existing, FileReaders readers) {
    if (existing == ExistingFile::refuse && std::filesystem::exists(final_)) {
        throw EnvironmentError{
            fmt::format("'{}' exists already; remove it or choose another name", final_.string())};
    }
    std::error_code error;
    auto const folder = std::filesystem::status(folder_of(final_), error).permissions();
    using std::filesystem::perms;
    auto const readable = readers == FileReaders::owner
                              ? perms::owner_read
                              : perms::owner_read | perms::group_read | perms::others_read;
    if (!error) {
        std::filesystem::permissions(temporary_, (folder & readable) | perms::owner_write, error);
    }
    if (error) refuse(temporary_, "set permissions", error.message());
    sync_to_disk(temporary_);
    bool const is_new = !std::filesystem::exists(final_, error);
    std::filesystem::rename(temporary_, final_, error);
    if (error) refuse(final_, "rename to its final name", error.message());
    temporary_.clear();
    try {
        sync_to_disk(folder_of(final_));
    } catch (...) {
        if (is_new) std::filesystem::remove(final_, error);
        throw;
    }
}

void remove_leftovers(std::filesystem::path const& final_path) {
    auto const beginning = final_path.filename().string() + temporary_mark;
    std::error_code ignored;
    for (auto const& entry : std::filesystem::directory_iterator{folder_of(final_path), ignored}) {
        auto const name = entry.path().filename().string();
        if (!name.starts_with(beginning) || !is_temporary_name(name)) continue;
        auto const process = std::atoi(name.c_str() + beginning.size());
        bool const lives =
            process > 0 && process != ::getpid() && (::kill(process, 0) == 0 || errno == EPERM);
        if (!lives) std::filesystem::remove(entry.path(), ignored);
    }
}

bool is_temporary_name(std::filesystem::path const& path) {
    auto const name = path.filename().string();
    auto const mark = name.rfind(temporary_mark);
    if (mark == std::string::npos) return false;
    auto const number = std::string_view{name}.substr(mark + std::strlen(temporary_mark));
    return !number.empty() && number.find_first_not_of("0123456789") == number.npos;
}

void sync_to_disk(std::filesystem::path const& path) {
    auto const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) refuse(path, "open for fsync", std::strerror(errno));
    auto const failed = ::fsync(descriptor) != 0;
    auto const reason = errno;
    ::close(descriptor);
    // Some file systems cannot sync folders and say so; there is nothing to wait for then.
    if (failed && reason != EINVAL && reason != ENOTSUP) {
        refuse(path, "write to disk", std::strerror(reason));
    }
}

}  // namespace maniple
