#include <algorithm>

#include <fmt/format.h>

#include "doctor_hosts.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/readable.hpp"

namespace maniple {
namespace {

constexpr std::int64_t least_bytes = 1'000'000'000;

/// A host as all its ranks together see it.
struct HostMemory {
    std::string name;
    std::int64_t ranks = 0;
    MemoryFacts facts;
};

std::int64_t usable(MemoryFacts const& facts) {
    return std::min(facts.physical, facts.limit.value_or(facts.physical));
}

std::string memory_option(std::int64_t bytes, std::int64_t ranks) {
    return fmt::format("--memory {}M", std::max<std::int64_t>(1, bytes / ranks / 1'000'000));
}

// What is free of what the ranks' group, or the machine, has.
std::int64_t free_bytes(MemoryFacts const& facts) {
    auto free = facts.available;
    if (facts.limit && facts.in_use) free = std::min(free, *facts.limit - *facts.in_use);
    return std::max<std::int64_t>(0, free);
}

std::string describe(HostMemory const& host, std::int64_t scan, AllRanks ranks) {
    auto const& facts = host.facts;
    auto state = fmt::format("{}{}", gigabytes(facts.physical), on_host(host.name, ranks));
    if (facts.limit && *facts.limit < facts.physical) {
        state += fmt::format(", limited to {} by {}", gigabytes(*facts.limit),
                             facts.limit_source.text());
        if (facts.in_use) state += fmt::format(" ({} in use)", gigabytes(*facts.in_use));
    }
    return state +
           fmt::format(", {} available; a scan takes up to {} for each rank",
                       gigabytes(facts.available), gigabytes(scan)) +
           (host.ranks > 1 ? fmt::format(" ({} on a host)", plural(host.ranks, "rank")) : "");
}

std::optional<Finding> examine_host(HostMemory const& host, std::int64_t scan, AllRanks ranks) {
    auto const& facts = host.facts;
    auto const state = describe(host, scan, ranks);
    if (usable(facts) < least_bytes) {
        return Finding{Health::warning, "memory", state,
                       "ask for more: 'sbatch --mem', or another node"};
    }
    if (facts.slurm && *facts.slurm < usable(facts) && host.ranks * scan > *facts.slurm) {
        return Finding{
            Health::warning, "memory",
            fmt::format("{}, but Slurm gave the job {}", state, gigabytes(*facts.slurm)),
            fmt::format("give {} (nothing holds processes to what Slurm gave; it may end them when "
                        "they take more), or ask for more: 'sbatch --mem'",
                        memory_option(*facts.slurm / 10 * 8, host.ranks))};
    }
    if (auto const free = free_bytes(facts); host.ranks * scan > free) {
        return Finding{Health::warning, "memory",
                       fmt::format("{}, but {} is free", state, gigabytes(free)),
                       fmt::format("end what uses the rest, or give {}",
                                   memory_option(free / 10 * 8, host.ranks))};
    }
    return std::nullopt;
}

}  // namespace

Findings examine_memory(AllRanks ranks) {
    expect(!ranks.empty(), "there is a rank");

    // Ranks agree on the least that any of them may take.
    auto const scan = std::ranges::min_element(ranks, {}, [](RankFacts const& rank) {
                          return rank.memory.scan;
                      })->memory.scan;
    std::vector<HostMemory> hosts;
    for (auto const& host : group_by_host(ranks)) {
        hosts.push_back({host.name, std::ssize(host.ranks), ranks[host.ranks.front()].memory});
    }
    Findings findings;
    std::int64_t more = 0;
    for (auto const& host : hosts) {
        auto finding = examine_host(host, scan, ranks);
        if (!finding) continue;
        if (findings.empty()) {
            findings.push_back(*finding);
        } else {
            ++more;
        }
    }
    if (more > 0) {
        findings.front().state += fmt::format("; {} more with too little", plural(more, "host"));
    }
    if (!findings.empty()) return findings;
    auto const& tightest = *std::ranges::min_element(
        hosts, {}, [](HostMemory const& host) { return usable(host.facts); });
    return {{Health::ok, "memory", describe(tightest, scan, ranks), ""}};
}

}  // namespace maniple
