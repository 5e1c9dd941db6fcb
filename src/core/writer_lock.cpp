#include "maniple/core/writer_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Does the open file still have this name? Who is done removes it.
bool is_file(int descriptor, std::filesystem::path const& path) {
    struct stat open {};
    struct stat named {};
    return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
           open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

std::string describe_self() {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    std::time_t const now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> since{};
    std::strftime(since.data(), since.size(), "%Y-%m-%d %H:%M:%S UTC", &utc);
    return fmt::format("process {} on {}, since {}", ::getpid(), host.data(), since.data());
}

// Anybody may have written anything there.
std::string read_holder(int descriptor) {
    std::array<char, 400> text{};
    auto const got = ::pread(descriptor, text.data(), text.size(), 0);
    if (got <= 0) return {};
    std::string const holder{text.data(), static_cast<std::size_t>(got)};
    bool const is_plain = std::ranges::all_of(holder, [](char c) { return c >= ' ' && c <= '~'; });
    return is_plain ? fmt::format(" ({})", holder) : std::string{};
}

}  // namespace

WriterLock::WriterLock(std::filesystem::path file) : file_{std::move(file)} {
    auto const descriptor = ::open(file_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0) throw std::system_error{errno, std::generic_category()};
    bool const taken = ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (taken || !is_file(descriptor, file_)) {
        holder_ = read_holder(descriptor);
        ::close(descriptor);
        return;
    }
    descriptor_ = descriptor;
    // On a full disk nobody is named, and all else is as ever.
    auto const self = describe_self();
    if (::ftruncate(descriptor_, 0) == 0 &&
        ::pwrite(descriptor_, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
        [[maybe_unused]] auto const emptied = ::ftruncate(descriptor_, 0);
    }
}

WriterLock::~WriterLock() {
    if (descriptor_ < 0) return;
    [[maybe_unused]] auto const emptied = ::ftruncate(descriptor_, 0);
    ::close(descriptor_);
}

void WriterLock::remove() {
    expect(is_ours(), "the lock is ours");

    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
    ::close(descriptor_);
    descriptor_ = -1;
}

}  // namespace maniple
