#include "maniple/run/control_group.hpp"

#include <array>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

namespace maniple {
namespace {

namespace fs = std::filesystem;

/// How a version of control groups names what it says of memory.
struct GroupVersion {
    std::array<char const*, 2> limits;  // Files; empty: no more.
    char const* usage;                  // File.
    std::array<char const*, 2> cached;  // Keys of memory.stat: with, and of it shared memory.
};

constexpr GroupVersion first_version{
    {"memory.limit_in_bytes", ""}, "memory.usage_in_bytes", {"total_cache", "total_shmem"}};
constexpr GroupVersion second_version{
    {"memory.max", "memory.high"}, "memory.current", {"file", "shmem"}};

std::optional<std::int64_t> read_number(fs::path const& file) {
    std::ifstream in{file};
    std::int64_t value = 0;
    if (in >> value) return value;
    return std::nullopt;  // "max", or there is no such file.
}

std::int64_t read_statistic(fs::path const& file, std::string_view wanted) {
    std::ifstream in{file};
    std::int64_t value = 0;
    for (std::string key; in >> key >> value;) {
        if (key == wanted) return value;
    }
    return 0;
}

// What is cached of files is given back when a process asks for memory; shared memory is not.
std::optional<std::int64_t> read_use(fs::path const& group, GroupVersion const& version) {
    auto const all = read_number(group / version.usage);
    if (!all) return std::nullopt;
    auto const statistics = group / "memory.stat";
    return *all - read_statistic(statistics, version.cached[0]) +
           read_statistic(statistics, version.cached[1]);
}

// The least limit from a group up to the root of the hierarchy joins `least`.
void look_upwards(fs::path const& root, fs::path path, GroupVersion const& version,
                  GroupMemory& least) {
    // Version 1 says "none" by the largest multiple of the page size.
    constexpr std::int64_t none = std::int64_t{1} << 60;
    // Groups outside of a namespace are seen as /../name, and not to be had.
    if (path.string().find("/..") != std::string::npos) path = "/";
    for (;;) {
        auto const group = root / path.relative_path();
        for (std::string_view const file : version.limits) {
            if (file.empty()) continue;
            auto const limit = read_number(group / file);
            if (!limit || *limit >= none || (least.limit && *least.limit <= *limit)) continue;
            least = {limit, (path / file).string(), read_use(group, version)};
        }
        if (!path.has_relative_path()) return;
        path = path.parent_path();
    }
}

bool holds_memory(std::string_view controllers) {
    return fmt::format(",{},", controllers).find(",memory,") != std::string::npos;
}

}  // namespace

// Version 2 has no controllers in its line.
GroupMemory read_group_memory(fs::path const& membership, fs::path const& hierarchy) {
    std::ifstream groups{membership};
    GroupMemory least;
    for (std::string line; std::getline(groups, line);) {
        auto const first = line.find(':');
        auto const second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        auto const controllers = line.substr(first + 1, second - first - 1);
        auto const path = line.substr(second + 1);
        if (controllers.empty()) {
            look_upwards(hierarchy, path, second_version, least);
        } else if (holds_memory(controllers)) {
            look_upwards(hierarchy / controllers, path, first_version, least);
        }
    }
    return least;
}

GroupMemory own_group_memory() { return read_group_memory("/proc/self/cgroup", "/sys/fs/cgroup"); }

}  // namespace maniple
