#include "maniple/run/doctor_facts.hpp"

#include <fstream>
#include <map>

#include <catch2/catch.hpp>

#include "scratch_folder.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

CpuSet cpus(std::string_view list) { return parse_cpu_list(list); }

mpi::Environment environment(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](char const* name) -> std::optional<std::string> {
        auto const found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
}

TEST_CASE("parse_cpu_list: numbers and ranges", "[run]") {
    CHECK(cpus("").none());
    CHECK(cpus("3").to_string().size() == most_cpus);
    CHECK((cpus("3").count() == 1 && cpus("3")[3]));
    CHECK(cpus("0-3,8,10-11").count() == 7);
    CHECK(cpus("0-3,8\n") == cpus("0,1,2,3,8"));
    CHECK(cpus("x,2") == cpus("2"));
    CHECK(cpus("4090-999999").count() == 6);
}

TEST_CASE("probe_topology: cores and domains of the CPUs asked for", "[run]") {
    test::ScratchFolder const system;
    auto const write = [&](fs::path const& file, std::string const& content) {
        fs::create_directories((system.path() / file).parent_path());
        std::ofstream{system.path() / file} << content << '\n';
    };
    for (int cpu = 0; cpu < 8; ++cpu) {
        write(fs::path{"cpu"} / ("cpu" + std::to_string(cpu)) / "topology/thread_siblings_list",
              std::to_string(cpu % 4) + "," + std::to_string(cpu % 4 + 4));
    }
    write("node/node0/cpulist", "0-1,4-5");
    write("node/node1/cpulist", "2-3,6-7");
    write("node/node2/cpulist", "");  // Memory alone.
    write("node/online", "0-2");

    auto const all = probe_topology(system.path(), cpus("0-7"));
    CHECK(all.cores == cpus("0-3"));
    CHECK(all.domains == 2);
    CHECK(all.machine_domains == 2);
    auto const one = probe_topology(system.path(), cpus("2,6"));
    CHECK(one.cores == cpus("2"));
    CHECK(one.domains == 1);
    CHECK(one.machine_domains == 2);
}

TEST_CASE("probe_topology: a system that does not say has cores alone, in one domain", "[run]") {
    test::ScratchFolder const system;
    auto const found = probe_topology(system.path(), cpus("1-3"));
    CHECK(found.cores == cpus("1-3"));
    CHECK(found.domains == 1);
    CHECK(found.machine_domains == 1);
}

TEST_CASE("slurm_memory: per node, or per CPU", "[run]") {
    CHECK_FALSE(slurm_memory(environment({})));
    CHECK_FALSE(slurm_memory(environment({{"SLURM_MEM_PER_NODE", "0"}})));
    CHECK(slurm_memory(environment({{"SLURM_MEM_PER_NODE", "1000"}})) == 1'048'576'000);
    CHECK(slurm_memory(environment({{"SLURM_MEM_PER_CPU", "100"}, {"SLURM_CPUS_ON_NODE", "10"}})) ==
          1'048'576'000);
    CHECK_FALSE(slurm_memory(environment({{"SLURM_MEM_PER_CPU", "100"}})));
}

TEST_CASE("try_locks: our locks hold here, and nothing is left", "[run]") {
    test::ScratchFolder const folder;
    CHECK(try_locks(folder.path(), mpi::Communicator::alone()) == LockTrial::refused);
    CHECK(folder.files() == 0);
    CHECK(try_locks(folder / "absent", mpi::Communicator::alone()) == LockTrial::untried);
}

TEST_CASE("probe_rank: what every machine has", "[run]") {
    test::ScratchFolder const folder;
    auto const facts = probe_rank(folder.path(), mpi::Communicator::alone());
    CHECK_FALSE(facts.host.empty());
    CHECK(facts.cpus.any());
    CHECK(facts.topology.cores.any());
    CHECK((facts.topology.cores.count() <= facts.cpus.count()));
    CHECK(facts.program != 0);
    CHECK(facts.clock > 1'704'067'200'000'000'000);
    CHECK(facts.memory.scan > 0);
    CHECK(facts.memory.scan < facts.memory.physical);
    CHECK(facts.folder.failure.empty());
    CHECK(facts.folder.free_bytes > 0);
    CHECK(folder.files() == 0);
}

}  // namespace
}  // namespace maniple
