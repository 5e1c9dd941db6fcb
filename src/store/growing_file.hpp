/// \file  A file that grows at its end, and is read anywhere. Private to store.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {

enum class Growth { grows, stays };

/// A file that grows, or is only read.
class GrowingFile {
public:
    /// \param kept  bytes that stay. \throws EnvironmentError, as every member.
    GrowingFile(std::filesystem::path const& path, std::int64_t kept, Growth growth)
        : path_{path},
          descriptor_{growth == Growth::grows
                          ? ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)
                          : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC)},
          size_{kept} {
        if (descriptor_ < 0) refuse(growth == Growth::grows ? "create the file" : "open the file");
        if (growth == Growth::grows && ::ftruncate(descriptor_, kept) != 0) refuse("cut the file");
    }
    GrowingFile(GrowingFile const&) = delete;
    GrowingFile& operator=(GrowingFile const&) = delete;
    ~GrowingFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    std::filesystem::path const& path() const { return path_; }
    std::int64_t size() const { return size_ + std::ssize(waiting_); }

    /// Many small pieces, few calls.
    void append(std::span<std::byte const> bytes) {
        waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
        constexpr std::size_t enough = 1 << 20;
        if (waiting_.size() >= enough) flush();
    }

    void flush() {
        write(size_, waiting_);
        size_ += std::ssize(waiting_);
        waiting_.clear();
    }

    void write(std::int64_t place, std::span<std::byte const> bytes) const {
        while (!bytes.empty()) {
            auto const written = ::pwrite(descriptor_, bytes.data(), bytes.size(), place);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) refuse("write the file");
            bytes = bytes.subspan(static_cast<std::size_t>(written));
            place += written;
        }
    }

    void cut(std::int64_t size) {
        waiting_.clear();
        if (::ftruncate(descriptor_, size) != 0) refuse("cut the file");
        size_ = size;
    }

    void sync() const {
        if (::fdatasync(descriptor_) != 0) refuse("write the file to the disk");
    }

    void read(std::int64_t place, std::span<std::byte> bytes) const {
        while (!bytes.empty()) {
            auto const got = ::pread(descriptor_, bytes.data(), bytes.size(), place);
            if (got < 0 && errno == EINTR) continue;
            if (got == 0) errno = EIO;
            if (got <= 0) refuse("read the file");
            bytes = bytes.subspan(static_cast<std::size_t>(got));
            place += got;
        }
    }

private:
    [[noreturn]] void refuse(char const* action) const {
        throw EnvironmentError{
            fmt::format("'{}': could not {} ({}); check disk space and "
                        "permissions",
                        path_.string(), action, std::strerror(errno))};
    }

    std::filesystem::path path_;
    int descriptor_;
    std::int64_t size_;
    std::vector<std::byte> waiting_;
};

}  // namespace maniple
