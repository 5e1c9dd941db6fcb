#include "doctor_probe.hpp"

#include <fcntl.h>
#include <omp.h>
#include <sched.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

std::optional<std::int64_t> read_number(std::filesystem::path const& path) {
    std::ifstream file{path};
    std::int64_t value = 0;
    if (file >> value) return value;
    return std::nullopt;
}

// Both versions of cgroups: the group of this process and every one above it.
void tighten(std::optional<std::int64_t>& limit, std::filesystem::path root,
             std::filesystem::path const& group, char const* file) {
    // The version 1 value for "none" is the largest multiple of the page size.
    constexpr std::int64_t none = std::int64_t{1} << 60;
    auto const consider = [&] {
        auto const value = read_number(root / file);
        if (value && *value < none) limit = std::min(limit.value_or(none), *value);
    };
    consider();
    for (auto const& part : group.relative_path()) {
        root /= part;
        consider();
    }
}

std::string reason() { return std::strerror(errno); }

// Owner of a file that exists only for the length of a probe.
class TrialFile {
public:
    explicit TrialFile(std::filesystem::path const& folder)
        : path_{(folder / ".maniple-doctor-XXXXXX").string()}, descriptor_{mkstemp(path_.data())} {}
    TrialFile(TrialFile const&) = delete;
    TrialFile& operator=(TrialFile const&) = delete;
    ~TrialFile() {
        if (descriptor_ < 0) return;
        close(descriptor_);
        unlink(path_.c_str());
    }
    int descriptor() const { return descriptor_; }

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

}  // namespace

RankFacts probe_rank() {
    RankFacts facts;
    gethostname(facts.host.data(), facts.host.size() - 1);
    facts.machine_cpus = sysconf(_SC_NPROCESSORS_ONLN);
    facts.threads = omp_get_max_threads();

    constexpr auto size = CPU_ALLOC_SIZE(most_cpus);
    std::array<cpu_set_t, size / sizeof(cpu_set_t) + 1> mask{};
    if (sched_getaffinity(0, size, mask.data()) == 0) {
        for (std::size_t cpu = 0; cpu < most_cpus; ++cpu) {
            facts.cpus[cpu] = CPU_ISSET_S(cpu, size, mask.data()) != 0;
        }
    }
    return facts;
}

std::string environment_value(char const* name) {
    char const* const value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

MemoryFacts probe_memory() {
    MemoryFacts facts;
    std::ifstream meminfo{"/proc/meminfo"};
    for (std::string line; std::getline(meminfo, line);) {
        constexpr std::string_view key = "MemAvailable:";
        if (line.starts_with(key)) facts.available = std::stoll(line.substr(key.size())) * 1024;
    }
    std::ifstream groups{"/proc/self/cgroup"};
    for (std::string line; std::getline(groups, line);) {
        auto const first = line.find(':');
        auto const second = line.find(':', first + 1);
        if (second == line.npos) continue;
        auto const controllers = line.substr(first + 1, second - first - 1);
        auto const group = line.substr(second + 1);
        if (controllers.empty()) tighten(facts.limit, "/sys/fs/cgroup", group, "memory.max");
        if (controllers == "memory") {
            tighten(facts.limit, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
        }
    }
    return facts;
}

std::string probe_instructions() {
    switch (runnable_instruction_sets().back()) {
        case InstructionSet::scalar:
            return {};
        case InstructionSet::avx2:
            return "AVX2";
        case InstructionSet::avx512:
            return "AVX-512 VNNI";
        case InstructionSet::amx:
            return "AMX and AVX-512 VNNI";
    }
    return {};
}

FolderFacts probe_folder(std::filesystem::path const& folder) {
    FolderFacts facts;
    std::error_code failure;
    auto const space = std::filesystem::space(folder, failure);
    if (!failure) facts.free_bytes = static_cast<std::int64_t>(space.available);

    TrialFile const trial{folder};
    if (trial.descriptor() < 0) {
        facts.failure = fmt::format("cannot be written ({})", reason());
        return facts;
    }
    facts.failure = try_to_write_and_read(trial.descriptor());
    // The call that HDF5 makes when it opens a file.
    if (flock(trial.descriptor(), LOCK_EX | LOCK_NB) != 0) facts.lock_failure = reason();
    return facts;
}

}  // namespace maniple
