#include "doctor_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/writer_lock.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;
using std::chrono::nanoseconds;
using std::chrono::seconds;

std::string reason() { return std::strerror(errno); }

// Owner of a file that exists only for the length of a probe.
class TrialFile {
public:
    explicit TrialFile(fs::path const& folder)
        : path_{(folder / ".maniple-doctor-XXXXXX").string()}, descriptor_{mkstemp(path_.data())} {}
    TrialFile(TrialFile const&) = delete;
    TrialFile& operator=(TrialFile const&) = delete;
    ~TrialFile() {
        if (descriptor_ < 0) return;
        close(descriptor_);
        unlink(path_.c_str());
    }
    int descriptor() const { return descriptor_; }
    std::string const& path() const { return path_; }

private:
    std::string path_;
    int descriptor_;
};

std::string try_to_write_and_read(int descriptor) {
    std::vector<char> const written(1 << 16, 'm');
    std::vector<char> read(written.size());
    auto const size = static_cast<ssize_t>(written.size());
    if (write(descriptor, written.data(), written.size()) != size) {
        return fmt::format("cannot be written ({})", reason());
    }
    if (fsync(descriptor) != 0) return fmt::format("cannot be flushed to disk ({})", reason());
    if (pread(descriptor, read.data(), read.size(), 0) != size) {
        return fmt::format("cannot be read ({})", reason());
    }
    return read == written ? "" : "reads back other bytes than were written";
}

// File systems stamp with the time of the last tick, some with that of another machine.
std::int64_t clock_lead(TrialFile const& file) {
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    struct stat status {};
    if (fstat(file.descriptor(), &status) != 0) return 0;
    auto const changed = seconds{status.st_mtim.tv_sec} + nanoseconds{status.st_mtim.tv_nsec};
    return nanoseconds{changed - now}.count();
}

void measure_space(fs::path const& folder, FolderFacts& facts) {
    struct statvfs space {};
    if (statvfs(folder.c_str(), &space) != 0) return;
    facts.free_bytes = static_cast<std::int64_t>(space.f_bavail * space.f_frsize);
    if (space.f_files > 0) facts.free_files = static_cast<std::int64_t>(space.f_favail);
}

mpi::Bytes to_bytes(std::string const& text) {
    auto const bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

// A file that another host made may show a little later.
bool appears(fs::path const& file) {
    std::error_code ignored;
    for (int look = 0; look < 10; ++look) {
        if (fs::exists(file, ignored)) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
    return false;
}

LockTrial try_lock(fs::path const& file) {
    if (!appears(file)) return LockTrial::unseen;
    try {
        WriterLock const second{file};
        return second.is_ours() ? LockTrial::given : LockTrial::refused;
    } catch (std::system_error const&) {
        return LockTrial::untried;
    }
}

}  // namespace

FolderFacts probe_folder(fs::path const& folder) {
    FolderFacts facts;
    measure_space(folder, facts);
    TrialFile const trial{folder};
    if (trial.descriptor() < 0) {
        facts.failure = ShortText<160>{fmt::format("cannot be written ({})", reason())};
        return facts;
    }
    facts.failure = ShortText<160>{try_to_write_and_read(trial.descriptor())};
    facts.clock_lead = clock_lead(trial);
    // The call that HDF5 makes when it opens a file.
    if (flock(trial.descriptor(), LOCK_EX | LOCK_NB) != 0) {
        facts.lock_failure = ShortText<160>{reason()};
    }
    return facts;
}

// One rank after another: where locks hold on each host alone, the first of a host must not be
// refused for the sake of its neighbours.
LockTrial try_locks(fs::path const& folder, mpi::Communicator const& comm) {
    std::optional<TrialFile> trial;
    std::optional<WriterLock> held;
    std::string name;
    if (comm.is_root()) {
        try {
            trial.emplace(folder);
            if (trial->descriptor() >= 0) held.emplace(fs::path{trial->path()});
            if (held && held->is_ours()) name = fs::path{trial->path()}.filename().string();
        } catch (std::system_error const&) {
            // What cannot be written is told elsewhere.
        }
    }
    auto const known = comm.broadcast(to_bytes(name));
    if (known.empty()) return LockTrial::untried;
    auto const file =
        folder / std::string(reinterpret_cast<char const*>(known.data()), known.size());
    auto trial_of_this_rank = LockTrial::untried;
    for (int rank = 0; rank < comm.size(); ++rank) {
        if (rank == comm.rank()) trial_of_this_rank = try_lock(file);
        comm.barrier();
    }
    return trial_of_this_rank;
}

}  // namespace maniple
