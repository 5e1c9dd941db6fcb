#include "maniple/run/memory_limit.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace maniple {
namespace {

std::optional<std::int64_t> read_number(std::filesystem::path const& file) {
    std::ifstream in{file};
    std::int64_t value = 0;
    if (in >> value) return value;
    return std::nullopt;  // "max", or there is no such file.
}

// The least limit from a control group up to the root of the hierarchy.
std::optional<std::int64_t> limit_above(std::filesystem::path const& root,
                                        std::filesystem::path path, char const* file) {
    // Version 1 says "none" by the largest multiple of the page size.
    constexpr std::int64_t none = std::int64_t{1} << 60;
    std::optional<std::int64_t> least;
    for (;;) {
        auto const limit = read_number(root / path.relative_path() / file);
        if (limit && *limit < none && (!least || *limit < *least)) least = limit;
        if (!path.has_relative_path()) return least;
        path = path.parent_path();
    }
}

}  // namespace

// Lines of /proc/self/cgroup are number:controllers:path; version 2 has no controllers.
std::optional<std::int64_t> control_group_limit() {
    std::ifstream groups{"/proc/self/cgroup"};
    std::optional<std::int64_t> least;
    for (std::string line; std::getline(groups, line);) {
        auto const first = line.find(':');
        auto const second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        auto const controllers = line.substr(first + 1, second - first - 1);
        auto const path = line.substr(second + 1);
        std::optional<std::int64_t> limit;
        if (controllers.empty()) {
            limit = limit_above("/sys/fs/cgroup", path, "memory.max");
        } else if (controllers == "memory") {
            limit = limit_above("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes");
        }
        if (limit && (!least || *limit < *least)) least = limit;
    }
    return least;
}

std::int64_t available_memory(int ranks) {
    auto bytes = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
    if (auto const limit = control_group_limit()) bytes = std::min(bytes, *limit);
    return bytes / ranks;
}

}  // namespace maniple
