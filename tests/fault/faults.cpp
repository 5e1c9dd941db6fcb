/// \file  Failing disks for tests: a library that is loaded before the C library (LD_PRELOAD) and
/// takes the place of its reads, writes, syncs and renames.
///
/// Environment: MANIPLE_FAULT is KIND:N, the fault at the N-th operation (from 1) on files below
/// the folder MANIPLE_FAULT_UNDER. Only on rank MANIPLE_FAULT_RANK, where that is given. The kinds:
///
///   write-enospc write-eio write-short write-eintr write-flip write-kill
///   read-eio read-short read-eintr read-flip read-kill
///   sync-eio sync-kill rename-eio rename-kill rename-enospc
///   slow:MICROSECONDS  before each operation
///   count:0            no fault
///
/// Where MANIPLE_FAULT_COUNT names a file, a line "READS WRITES SYNCS RENAMES" is appended to it at
/// the end.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

enum class Operation { read, write, sync, rename };
enum class Effect { nothing, enospc, eio, eintr, shortened, flip, kill };

std::string value_of(char const* name) {
    auto const* const value = std::getenv(name);
    return value ? value : "";
}

struct Plan {
    Operation operation = Operation::read;
    Effect effect = Effect::nothing;
    long number = 0;
    unsigned pause = 0;  // Microseconds.
    std::string under = value_of("MANIPLE_FAULT_UNDER");
    std::array<std::atomic<long>, 4> counts{};

    Plan() {
        auto const text = value_of("MANIPLE_FAULT");
        auto const colon = text.find(':');
        auto const rank = value_of("MANIPLE_FAULT_RANK");
        if (colon == text.npos || (!rank.empty() && rank != value_of("OMPI_COMM_WORLD_RANK")))
            return;
        auto const kind = text.substr(0, colon);
        number = std::atol(text.c_str() + colon + 1);
        if (kind == "slow") pause = static_cast<unsigned>(number);
        auto const dash = kind.find('-');
        if (dash == kind.npos) return;
        auto const what = kind.substr(0, dash);
        auto const how = kind.substr(dash + 1);
        operation = what == "write"  ? Operation::write
                    : what == "sync" ? Operation::sync
                    : what == "read" ? Operation::read
                                     : Operation::rename;
        effect = how == "enospc"  ? Effect::enospc
                 : how == "eio"   ? Effect::eio
                 : how == "eintr" ? Effect::eintr
                 : how == "short" ? Effect::shortened
                 : how == "flip"  ? Effect::flip
                                  : Effect::kill;
    }

    ~Plan() {
        auto const file = value_of("MANIPLE_FAULT_COUNT");
        if (file.empty()) return;
        std::array<char, 120> line{};
        auto const size =
            std::snprintf(line.data(), line.size(), "%ld %ld %ld %ld\n", counts[0].load(),
                          counts[1].load(), counts[2].load(), counts[3].load());
        auto const to = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        ::syscall(SYS_write, to, line.data(), size);
        ::close(to);
    }

    bool concerns(std::string_view path) const { return !under.empty() && path.starts_with(under); }

    bool concerns(int descriptor) const {
        auto const link = "/proc/self/fd/" + std::to_string(descriptor);
        std::array<char, PATH_MAX> path{};
        auto const size = ::readlink(link.c_str(), path.data(), path.size());
        return size > 0 && concerns({path.data(), static_cast<std::size_t>(size)});
    }

    // What happens to this operation.
    template <class Place>
    Effect next(Operation which, Place place) {
        if (!concerns(place)) return Effect::nothing;
        if (pause > 0) ::usleep(pause);
        auto const count = ++counts[static_cast<std::size_t>(which)];
        if (which != operation || count != number || effect == Effect::nothing)
            return Effect::nothing;
        if (effect == Effect::kill) ::raise(SIGKILL);
        return effect;
    }
};

Plan& plan() {
    static Plan the_plan;
    return the_plan;
}

template <class Function>
Function* real(char const* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool is_failure(Effect effect) {
    switch (effect) {
        case Effect::enospc:
            errno = ENOSPC;
            return true;
        case Effect::eio:
            errno = EIO;
            return true;
        case Effect::eintr:
            errno = EINTR;
            return true;
        default:
            return false;
    }
}

std::size_t shortened(std::size_t bytes) { return bytes > 1 ? bytes / 2 : bytes; }

// call(bytes, size) writes.
template <class Call>
ssize_t do_write(int descriptor, void const* bytes, std::size_t size, Call const& call) {
    auto const effect = plan().next(Operation::write, descriptor);
    if (is_failure(effect)) return -1;
    if (effect == Effect::shortened) return call(bytes, shortened(size));
    if (effect != Effect::flip || size == 0) return call(bytes, size);
    std::vector<char> copy(size);
    std::memcpy(copy.data(), bytes, size);
    copy[size / 2] = static_cast<char>(copy[size / 2] ^ 4);
    return call(copy.data(), size);
}

template <class Call>
ssize_t do_read(int descriptor, void* bytes, std::size_t size, Call const& call) {
    auto const effect = plan().next(Operation::read, descriptor);
    if (is_failure(effect)) return -1;
    auto const got = call(bytes, effect == Effect::shortened ? shortened(size) : size);
    if (effect == Effect::flip && got > 0) static_cast<char*>(bytes)[got / 2] ^= 4;
    return got;
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, void const* bytes, std::size_t size) {
    static auto* const call = real<decltype(::write)>("write");
    return do_write(descriptor, bytes, size,
                    [&](void const* b, std::size_t n) { return call(descriptor, b, n); });
}

ssize_t pwrite(int descriptor, void const* bytes, std::size_t size, off_t offset) {
    static auto* const call = real<decltype(::pwrite)>("pwrite");
    return do_write(descriptor, bytes, size,
                    [&](void const* b, std::size_t n) { return call(descriptor, b, n, offset); });
}

ssize_t pwrite64(int descriptor, void const* bytes, std::size_t size, off64_t offset) {
    return pwrite(descriptor, bytes, size, offset);
}

// As a write of what comes first: all may be shortened.
ssize_t writev(int descriptor, iovec const* parts, int count) {
    static auto* const call = real<decltype(::writev)>("writev");
    if (!plan().concerns(descriptor)) return call(descriptor, parts, count);
    for (int i = 0; i < count; ++i) {
        if (parts[i].iov_len > 0) return write(descriptor, parts[i].iov_base, parts[i].iov_len);
    }
    return 0;
}

ssize_t read(int descriptor, void* bytes, std::size_t size) {
    static auto* const call = real<decltype(::read)>("read");
    return do_read(descriptor, bytes, size,
                   [&](void* b, std::size_t n) { return call(descriptor, b, n); });
}

ssize_t pread(int descriptor, void* bytes, std::size_t size, off_t offset) {
    static auto* const call = real<decltype(::pread)>("pread");
    return do_read(descriptor, bytes, size,
                   [&](void* b, std::size_t n) { return call(descriptor, b, n, offset); });
}

ssize_t pread64(int descriptor, void* bytes, std::size_t size, off64_t offset) {
    return pread(descriptor, bytes, size, offset);
}

int fsync(int descriptor) {
    static auto* const call = real<decltype(::fsync)>("fsync");
    return is_failure(plan().next(Operation::sync, descriptor)) ? -1 : call(descriptor);
}

int fdatasync(int descriptor) {
    static auto* const call = real<decltype(::fdatasync)>("fdatasync");
    return is_failure(plan().next(Operation::sync, descriptor)) ? -1 : call(descriptor);
}

int rename(char const* from, char const* to) noexcept {
    static auto* const call = real<int(char const*, char const*)>("rename");
    std::array<char, PATH_MAX> resolved{};
    std::string place = to;
    if (!place.starts_with('/') && ::getcwd(resolved.data(), resolved.size()) != nullptr) {
        place = std::string{resolved.data()} + "/" + place;
    }
    return is_failure(plan().next(Operation::rename, std::string_view{place})) ? -1
                                                                               : call(from, to);
}
}
