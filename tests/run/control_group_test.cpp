#include "maniple/run/control_group.hpp"

#include <fstream>

#include <catch2/catch.hpp>

#include "scratch_folder.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

/// A hierarchy of groups in a folder.
class Groups {
public:
    void write(fs::path const& file, std::string const& content) {
        auto const path = folder_.path() / "cgroup" / file;
        fs::create_directories(path.parent_path());
        std::ofstream{path} << content << '\n';
    }
    GroupMemory read(std::string const& membership) {
        std::ofstream{folder_ / "membership"} << membership;
        return read_group_memory(folder_ / "membership", folder_ / "cgroup");
    }

private:
    test::ScratchFolder folder_;
};

TEST_CASE("read_group_memory: nothing without groups or limits", "[run]") {
    Groups groups;
    CHECK_FALSE(groups.read("").limit);
    CHECK_FALSE(groups.read("0::/user/me\n").limit);
    groups.write("user/me/memory.max", "max");
    groups.write("memory/job/memory.limit_in_bytes", "9223372036854771712");
    CHECK_FALSE(groups.read("0::/user/me\n4:memory:/job\n").limit);
    CHECK_FALSE(groups.read("broken\n").limit);
}

TEST_CASE("read_group_memory: the least of version 2 up to the root, memory.high too", "[run]") {
    Groups groups;
    groups.write("slurm/job_5/step_0/memory.max", "max");
    groups.write("slurm/job_5/memory.max", "8000000");
    groups.write("slurm/memory.max", "9000000");
    auto found = groups.read("0::/slurm/job_5/step_0\n");
    CHECK(found.limit == 8'000'000);
    CHECK(found.source == "/slurm/job_5/memory.max");
    CHECK_FALSE(found.in_use);

    groups.write("slurm/memory.max", "7000000");
    CHECK(groups.read("0::/slurm/job_5/step_0\n").source == "/slurm/memory.max");
    groups.write("slurm/job_5/memory.high", "6000000");
    found = groups.read("0::/slurm/job_5/step_0\n");
    CHECK(found.limit == 6'000'000);
    CHECK(found.source == "/slurm/job_5/memory.high");
}

TEST_CASE("read_group_memory: what files are cached is not in use, shared memory is", "[run]") {
    Groups groups;
    groups.write("job/memory.max", "1000");
    groups.write("job/memory.current", "900");
    groups.write("job/memory.stat", "anon 150\nfile 700\nkernel 50\nshmem 30");
    CHECK(groups.read("0::/job\n").in_use == 230);

    groups.write("memory/old/memory.limit_in_bytes", "500");
    groups.write("memory/old/memory.usage_in_bytes", "400");
    groups.write("memory/old/memory.stat", "cache 1\ntotal_cache 100\ntotal_shmem 20");
    auto const found = groups.read("7:memory:/old\n0::/job\n");
    CHECK(found.limit == 500);
    CHECK(found.source == "/old/memory.limit_in_bytes");
    CHECK(found.in_use == 320);
}

TEST_CASE("read_group_memory: version 1 up to the root, mounted alone or with others", "[run]") {
    Groups groups;
    groups.write("memory/memory.limit_in_bytes", "9223372036854771712");
    groups.write("memory/a/memory.limit_in_bytes", "2000");
    groups.write("memory/a/b/memory.limit_in_bytes", "3000");
    CHECK(groups.read("3:cpu:/x\n4:memory:/a/b\n").limit == 2'000);
    // In a container the group's path is not there, and its own group is the root.
    groups.write("memory/memory.limit_in_bytes", "1000");
    CHECK(groups.read("4:memory:/docker/unknown\n").limit == 1'000);
    groups.write("cpu,memory/j/memory.limit_in_bytes", "700");
    CHECK(groups.read("4:cpu,memory:/j\n").limit == 700);
    CHECK_FALSE(groups.read("4:memory_other:/j\n").limit);
}

TEST_CASE("read_group_memory: a path out of the namespace is its root", "[run]") {
    Groups groups;
    groups.write("memory.max", "4000");
    CHECK(groups.read("0::/../other\n").limit == 4'000);
}

}  // namespace
}  // namespace maniple
