#include "maniple/core/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

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

double seconds(timespec time) {
    constexpr double nanosecond = 1e-9;
    return static_cast<double>(time.tv_sec) + nanosecond * static_cast<double>(time.tv_nsec);
}

// What the system tells of a process. \see proc(5), /proc/PID/stat
struct ProcessState {
    bool is_ending = false;  // Dead, and its parent does not know yet, or about to be.
    double started = 0;      // Seconds since the epoch.
};

std::optional<ProcessState> read_state(int process) {
    std::ifstream file{fmt::format("/proc/{}/stat", process)};
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    auto const name_end = text.rfind(')');  // The name may hold anything.
    if (name_end == std::string::npos) return {};
    std::istringstream rest{text.substr(name_end + 1)};
    std::vector<std::string> const fields{std::istream_iterator<std::string>{rest}, {}};
    constexpr std::size_t first_field = 3;  // As proc(5) counts them.
    constexpr std::size_t flags_field = 9 - first_field;
    constexpr std::size_t start_field = 22 - first_field;
    if (fields.size() <= start_field) return {};
    auto const& state = fields.front();
    auto const flags = std::strtoull(fields[flags_field].c_str(), nullptr, 10);
    auto const start_ticks = std::strtoull(fields[start_field].c_str(), nullptr, 10);
    timespec since_boot{};
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
    ::clock_gettime(CLOCK_REALTIME, &now);
    auto const ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    constexpr unsigned long long exiting = 0x4;  // PF_EXITING
    return ProcessState{
        .is_ending = state == "Z" || state == "X" || (flags & exiting) != 0,
        .started = seconds(now) - seconds(since_boot) + static_cast<double>(start_ticks) / ticks};
}

// May this process still write the file, whose name has its number? Numbers come again, in
// containers soon: then the process is younger than the file.
bool may_be_writing(int process, std::filesystem::path const& file) {
    if (process <= 0 || process == ::getpid()) return false;
    if (::kill(process, 0) != 0 && errno != EPERM) return false;
    auto const state = read_state(process);
    if (!state) return true;
    struct stat written {};
    constexpr double clock_difference = 2;  // Of a file system, which may count whole seconds.
    bool const is_younger = ::stat(file.c_str(), &written) == 0 &&
                            state->started > seconds(written.st_mtim) + clock_difference;
    return !state->is_ending && !is_younger;
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
        if (!may_be_writing(process, entry.path())) std::filesystem::remove(entry.path(), ignored);
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
