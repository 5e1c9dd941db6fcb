#include "maniple/run/doctor_findings.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;

constexpr std::int64_t gigabyte = 1'000'000'000;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t today = 1'795'000'000 * second;

/// A rank that lacks nothing, on eight CPUs of its own core each.
RankFacts healthy(std::string_view host, std::string_view cpus = "0-7") {
    RankFacts rank;
    rank.host = ShortText<256>{host};
    rank.cpus = parse_cpu_list(cpus);
    rank.topology = {rank.cpus, 1, 1};
    rank.machine_cpus = 16;
    rank.threads = static_cast<std::int64_t>(rank.cpus.count());
    rank.instructions = ShortText<64>{"AVX2"};
    rank.version = ShortText<64>{"1.0"};
    rank.mpi = ShortText<96>{"Open MPI 4.1.4"};
    rank.program = 77;
    rank.clock = today;
    rank.memory.physical = 64 * gigabyte;
    rank.memory.available = 62 * gigabyte;
    rank.memory.scan = 20 * gigabyte;
    rank.folder.lock = LockTrial::refused;
    rank.folder.free_bytes = 100 * gigabyte;
    rank.folder.free_files = 1'000'000;
    return rank;
}

/// Two hosts with two ranks each.
std::vector<RankFacts> two_hosts() {
    return {healthy("node1", "0-7"), healthy("node1", "8-15"), healthy("node2", "0-7"),
            healthy("node2", "8-15")};
}

Findings all_findings(std::vector<RankFacts> const& ranks) {
    Findings all{examine_mpi("Open MPI 4.1.4", {}, ranks),
                 examine_program(ranks),
                 examine_binding(ranks),
                 examine_processor(ranks),
                 examine_locks("/scratch", ranks),
                 examine_slurm({}, ranks)};
    for (auto const& some : {examine_threads(ranks), examine_folder("/scratch", ranks),
                             examine_memory(ranks), examine_clocks(ranks)}) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

/// The one finding, which is no good news and says what to do.
Finding trouble(Findings const& findings, Health health = Health::warning) {
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].health == health);
    CHECK_FALSE(findings[0].advice.empty());
    return findings[0];
}

TEST_CASE("findings: healthy hosts have nothing to change", "[run]") {
    for (auto const& ranks : {two_hosts(), std::vector{healthy("node1")}}) {
        for (auto const& finding : all_findings(ranks)) {
            INFO(finding.subject << ": " << finding.state);
            CHECK(finding.health == Health::ok);
            CHECK(finding.advice.empty());
        }
    }
    CHECK_THAT(examine_mpi("Open MPI 4.1.4", {}, two_hosts()).state,
               Contains("4 ranks on 2 hosts"));
}

TEST_CASE("examine_mpi: lost ranks are a failure", "[run]") {
    auto const finding = examine_mpi("none", mpi::LostRanks{"four started", "use pmix"},
                                     std::vector{healthy("node1")});
    CHECK(finding.health == Health::failure);
    CHECK(finding.state == "four started");
    CHECK(finding.advice == "use pmix");
}

TEST_CASE("examine_program: another binary, version or MPI on one host", "[run]") {
    for (int difference = 0; difference < 3; ++difference) {
        auto ranks = two_hosts();
        if (difference == 0) ranks[3].program = 78;
        if (difference == 1) ranks[3].version = ShortText<64>{"1.1"};
        if (difference == 2) ranks[3].mpi = ShortText<96>{"MPICH 4"};
        auto const finding = trouble({examine_program(ranks)}, Health::failure);
        CHECK_THAT(finding.state, Contains("node1 runs") && Contains("but node2"));
    }
}

TEST_CASE("examine_threads: more threads than CPUs names the rank", "[run]") {
    auto ranks = two_hosts();
    ranks[2].threads = 9;
    auto const finding = trouble(examine_threads(ranks));
    CHECK_THAT(finding.state, Contains("rank 2 on node2 starts 9 threads") && Contains("8 of 16"));
    CHECK_THAT(finding.advice, Contains("OMP_NUM_THREADS=8") && Contains("--cpus-per-task=9"));
}

TEST_CASE("examine_threads: ranks that share CPUs, also by way of a third", "[run]") {
    std::vector ranks{healthy("node1", "0-3"), healthy("node1", "6-9"), healthy("node1", "3-6"),
                      healthy("node2", "0-3")};
    auto const finding = trouble(examine_threads(ranks));
    CHECK_THAT(finding.state,
               Contains("ranks 0, 1 and 2 on node1 share CPUs: 12 threads on 10 CPUs"));
    CHECK_THAT(finding.advice, Contains("OMP_NUM_THREADS=3"));
    // Equal masks are no trouble while threads are few enough, nor are equal numbers of two hosts.
    std::vector few{healthy("node1"), healthy("node1")};
    for (auto& rank : few) rank.threads = 4;
    CHECK(examine_threads(few)[0].health == Health::ok);
    few[1].threads = 5;
    CHECK(examine_threads(few)[0].health == Health::warning);
}

TEST_CASE("examine_threads: hyper-threads are not cores", "[run]") {
    std::vector ranks{healthy("node1", "0-7")};
    ranks[0].topology.cores = parse_cpu_list("0-3");
    auto const finding = trouble(examine_threads(ranks));
    CHECK_THAT(finding.state, Contains("8 threads on 4 cores"));
    CHECK_THAT(finding.advice, Contains("OMP_NUM_THREADS=4"));
    ranks[0].threads = 4;
    CHECK(examine_threads(ranks)[0].health == Health::ok);
}

TEST_CASE("examine_threads: ranks held to a CPU each while others are idle", "[run]") {
    std::vector ranks{healthy("node1", "0"), healthy("node1", "1")};
    CHECK_THAT(trouble(examine_threads(ranks)).state, Contains("one CPU each of 16"));
    for (auto& rank : ranks) rank.machine_cpus = 2;
    CHECK(examine_threads(ranks)[0].health == Health::ok);
}

TEST_CASE("examine_threads: the same trouble of many hosts is told once", "[run]") {
    std::vector<RankFacts> ranks;
    for (int host = 0; host < 50; ++host) {
        ranks.push_back(healthy("node" + std::to_string(host)));
        ranks.back().threads = 16;
    }
    CHECK_THAT(trouble(examine_threads(ranks)).state, Contains("node0") && Contains("49 more"));
}

TEST_CASE("examine_binding: a rank over several NUMA domains", "[run]") {
    auto ranks = two_hosts();
    for (auto& rank : ranks) rank.topology.machine_domains = 2;
    CHECK(examine_binding(ranks).health == Health::ok);
    ranks[2].topology.domains = 2;
    auto const finding = trouble({examine_binding(ranks)});
    CHECK_THAT(finding.state, Contains("node2") && Contains("2 of 2 NUMA domains"));
    CHECK_THAT(finding.advice, Contains("ppr:1:numa:PE=4") && Contains("--ntasks-per-node=2"));
}

TEST_CASE("examine_processor: unequal hosts, and such without vectors", "[run]") {
    auto ranks = two_hosts();
    ranks[2].instructions = ranks[3].instructions = ShortText<64>{"AVX-512 VNNI"};
    CHECK_THAT(trouble({examine_processor(ranks)}).state,
               Contains("AVX2 on node1") && Contains("AVX-512 VNNI on node2"));
    ranks[2].instructions = ranks[3].instructions = ShortText<64>{};
    CHECK_THAT(trouble({examine_processor(ranks)}).state, Contains("on node2"));
}

TEST_CASE("examine_folder: what cannot be written on one host fails", "[run]") {
    auto ranks = two_hosts();
    ranks[3].folder.failure = ShortText<160>{"cannot be written (Permission denied)"};
    auto const finding = trouble(examine_folder("/scratch", ranks), Health::failure);
    CHECK_THAT(finding.state,
               Contains("'/scratch' cannot be written (Permission denied) on node2"));
}

TEST_CASE("examine_folder: HDF5's locks, bytes and inodes", "[run]") {
    auto ranks = two_hosts();
    ranks[2].folder.lock_failure = ShortText<160>{"No locks available"};
    auto finding = trouble(examine_folder("/scratch", ranks), Health::failure);
    CHECK_THAT(finding.state, Contains("on node2 (No locks available)"));
    CHECK_THAT(finding.advice, Contains("HDF5_USE_FILE_LOCKING=FALSE"));

    ranks = two_hosts();
    ranks[1].folder.free_bytes = gigabyte / 2;
    CHECK_THAT(trouble(examine_folder("/scratch", ranks)).state, Contains("0.5 GB free on node1"));

    ranks = two_hosts();
    ranks[2].folder.free_files = 12;
    CHECK_THAT(trouble(examine_folder("/scratch", ranks)).state,
               Contains("12 more files on node2"));
    ranks[2].folder.free_files.reset();
    CHECK(examine_folder("/scratch", ranks)[0].health == Health::ok);
}

TEST_CASE("examine_locks: on this host alone, nowhere, or in another folder", "[run]") {
    auto ranks = two_hosts();
    CHECK_THAT(examine_locks("/scratch", ranks).state, Contains("between 2 hosts"));
    ranks[2].folder.lock = LockTrial::given;
    auto finding = trouble({examine_locks("/scratch", ranks)});
    CHECK_THAT(finding.state, Contains("each host alone") && Contains("node2 got one"));

    ranks[0].folder.lock = LockTrial::given;
    CHECK_THAT(trouble({examine_locks("/scratch", ranks)}).state, Contains("hold nobody back"));

    ranks = two_hosts();
    ranks[3].folder.lock = LockTrial::unseen;
    finding = trouble({examine_locks("/scratch", ranks)});
    CHECK_THAT(finding.state, Contains("not there on node2"));
    CHECK_THAT(finding.advice, Contains("all hosts share"));

    for (auto& rank : ranks) rank.folder.lock = LockTrial::untried;
    CHECK_THAT(trouble({examine_locks("/scratch", ranks)}).state, Contains("could not be tried"));
    CHECK_THAT(examine_locks("/scratch", std::vector{healthy("node1")}).state,
               Contains("on this host"));
}

TEST_CASE("examine_memory: the least that any rank may take", "[run]") {
    auto ranks = two_hosts();
    ranks[3].memory.scan = 10 * gigabyte;
    auto const findings = examine_memory(ranks);
    REQUIRE(findings.size() == 1);
    CHECK_THAT(findings[0].state,
               Contains("up to 10.0 GB for each rank") && Contains("2 ranks on a host"));
}

TEST_CASE("examine_memory: limits of groups, and what is in use of them", "[run]") {
    auto ranks = two_hosts();
    for (std::size_t r : {2U, 3U}) {
        ranks[r].memory.limit = 20 * gigabyte;
        ranks[r].memory.limit_source = ShortText<160>{"/job_5/memory.max"};
        ranks[r].memory.in_use = gigabyte;
        ranks[r].memory.scan = 8 * gigabyte;
    }
    auto const fine = examine_memory(ranks);
    CHECK(fine[0].health == Health::ok);
    CHECK_THAT(fine[0].state,
               Contains("on node2, limited to 20.0 GB by /job_5/memory.max (1.0 GB"));
    ranks[2].memory.in_use = ranks[3].memory.in_use = 10 * gigabyte;
    auto const finding = trouble(examine_memory(ranks));
    CHECK_THAT(finding.state, Contains("10.0 GB is free"));
    CHECK_THAT(finding.advice, Contains("--memory 4000M"));
    ranks[2].memory.limit = ranks[3].memory.limit = gigabyte / 2;
    CHECK_THAT(trouble(examine_memory(ranks)).advice, Contains("sbatch --mem"));
}

TEST_CASE("examine_memory: what others use, and what Slurm gave", "[run]") {
    auto ranks = two_hosts();
    ranks[0].memory.available = 30 * gigabyte;
    CHECK_THAT(trouble(examine_memory(ranks)).advice, Contains("--memory 12000M"));

    ranks = two_hosts();
    for (auto& rank : ranks) rank.memory.slurm = 32 * gigabyte;
    auto const finding = trouble(examine_memory(ranks));
    CHECK_THAT(finding.state, Contains("Slurm gave the job 32.0 GB") && Contains("1 host more"));
    CHECK_THAT(finding.advice, Contains("--memory 12800M"));
    for (auto& rank : ranks) rank.memory.slurm = 40 * gigabyte;
    CHECK(examine_memory(ranks)[0].health == Health::ok);
}

TEST_CASE("examine_clocks: hosts, the folder, and times before this program", "[run]") {
    auto ranks = two_hosts();
    ranks[2].clock += 3 * second;
    ranks[3].clock += 3 * second;
    auto finding = trouble(examine_clocks(ranks));
    CHECK_THAT(finding.state, Contains("node2 is 3.0 s ahead of node1"));
    CHECK_THAT(finding.advice, Contains("NTP"));
    ranks[2].clock = ranks[3].clock = today - 5 * second;
    CHECK_THAT(trouble(examine_clocks(ranks)).state, Contains("node2 is 5.0 s behind node1"));
    ranks[2].clock = ranks[3].clock = today - second;
    CHECK(examine_clocks(ranks)[0].health == Health::ok);

    ranks = two_hosts();
    ranks[1].folder.clock_lead = -4 * second;
    CHECK_THAT(trouble(examine_clocks(ranks)).state, Contains("4.0 s behind node1's clock"));

    std::vector early{healthy("node1")};
    early[0].clock = 3600 * second;
    CHECK_THAT(trouble(examine_clocks(early)).state, Contains("before 2024"));
}

TEST_CASE("examine_slurm: more tasks than ranks, more threads than CPUs", "[run]") {
    auto const ranks = two_hosts();
    CHECK(examine_slurm({}, ranks).state == "not in a job");
    CHECK(examine_slurm({"12", 4, 8}, ranks).health == Health::ok);
    CHECK_THAT(trouble({examine_slurm({"12", 8, 8}, ranks)}).advice, Contains("srun --mpi=list"));
    CHECK_THAT(trouble({examine_slurm({"12", 4, 2}, ranks)}).state, Contains("8 threads"));
}

}  // namespace
}  // namespace maniple
