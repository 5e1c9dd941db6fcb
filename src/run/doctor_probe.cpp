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
#include "maniple/run/memory_limit.hpp"

namespace maniple {
namespace {

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
    facts.limit = control_group_limit();
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
