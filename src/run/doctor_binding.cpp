#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "doctor_hosts.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/readable.hpp"

namespace maniple {
namespace {

/// Ranks of a host that may run on the same CPUs, directly or by way of others.
struct Party {
    std::vector<std::size_t> ranks;
    CpuSet cpus;
    CpuSet cores;
    std::int64_t threads = 0;
};

std::int64_t count(CpuSet const& set) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(set.count()));
}

// Ranks join every party that they share a CPU with, which thereby become one.
std::vector<Party> find_parties(HostRanks const& host, AllRanks ranks) {
    std::vector<Party> parties;
    for (auto const r : host.ranks) {
        auto const& rank = ranks[r];
        Party joined{{}, rank.cpus, rank.topology.cores, rank.threads};
        std::vector<Party> others;
        for (auto& party : parties) {
            if ((party.cpus & rank.cpus).none()) {
                others.push_back(std::move(party));
                continue;
            }
            joined.ranks.insert(joined.ranks.end(), party.ranks.begin(), party.ranks.end());
            joined.cpus |= party.cpus;
            joined.cores |= party.cores;
            joined.threads += party.threads;
        }
        joined.ranks.push_back(r);
        others.push_back(std::move(joined));
        parties = std::move(others);
    }
    return parties;
}

std::string name_ranks(std::vector<std::size_t> ranks) {
    std::ranges::sort(ranks);
    std::vector<std::string> names;
    for (auto const rank : ranks) names.push_back(std::to_string(rank));
    return fmt::format("{} {}", names.size() == 1 ? "rank" : "ranks", list_names(names));
}

std::int64_t share(std::int64_t whole, std::size_t parts) {
    return std::max<std::int64_t>(1, whole / static_cast<std::int64_t>(parts));
}

std::optional<Finding> examine_party(Party const& party, HostRanks const& host, AllRanks ranks) {
    auto const cpus = count(party.cpus);
    auto const cores = count(party.cores);
    auto const where = on_host(host.name, ranks);
    auto const who = name_ranks(party.ranks) + where;
    bool const is_alone = party.ranks.size() == 1;
    if (party.threads > cpus) {
        auto const state =
            is_alone ? fmt::format("{} starts {} threads, and may use {} of {} CPUs", who,
                                   party.threads, cpus, ranks[party.ranks[0]].machine_cpus)
                     : fmt::format("{} share CPUs: {} threads on {}", who, party.threads,
                                   plural(cpus, "CPU"));
        auto const more =
            is_alone ? fmt::format(
                           "give each rank more CPUs: 'mpirun --bind-to none' or 'srun "
                           "--cpus-per-task={}'",
                           party.threads)
                     : "give each rank CPUs of its own: 'mpirun --map-by ppr:1:numa:PE=N' or 'srun "
                       "--cpus-per-task=N'";
        return Finding{
            Health::warning, "threads", state,
            fmt::format("set OMP_NUM_THREADS={}, or {}", share(cpus, party.ranks.size()), more)};
    }
    if (party.threads > cores) {
        return Finding{
            Health::warning, "threads",
            fmt::format("{}: {} on {} (two or more CPUs are one core's hyper-threads)", who,
                        plural(party.threads, "thread"), plural(cores, "core")),
            fmt::format("set OMP_NUM_THREADS={}, or 'srun --hint=nomultithread': as fast or nearly "
                        "so, and less memory",
                        share(cores, party.ranks.size()))};
    }
    return std::nullopt;
}

bool is_held_to_one_cpu(HostRanks const& host, AllRanks ranks) {
    auto const machine = ranks[host.ranks.front()].machine_cpus;
    return machine > std::ssize(host.ranks) && std::ranges::all_of(host.ranks, [&](std::size_t r) {
               return count(ranks[r].cpus) == 1;
           });
}

}  // namespace

Findings examine_threads(AllRanks ranks) {
    expect(!ranks.empty(), "there is a rank");

    // Many hosts may have the same trouble: of each kind the first is told, with how many others.
    std::map<std::string, std::pair<Finding, std::int64_t>> kinds;
    auto const add = [&](Finding finding) {
        auto const [place, is_new] = kinds.try_emplace(finding.advice, std::move(finding), 0);
        if (!is_new) ++place->second.second;
    };
    for (auto const& host : group_by_host(ranks)) {
        for (auto const& party : find_parties(host, ranks)) {
            if (auto finding = examine_party(party, host, ranks)) add(*finding);
        }
        if (!is_held_to_one_cpu(host, ranks)) continue;
        add({Health::warning, "threads",
             fmt::format("{} may use one CPU each of {}",
                         name_ranks(host.ranks) + on_host(host.name, ranks),
                         ranks[host.ranks.front()].machine_cpus),
             "let ranks use the others, too: 'mpirun --bind-to none' or 'srun --cpus-per-task'"});
    }
    Findings findings;
    for (auto& [advice, kind] : kinds) {
        if (kind.second > 0) kind.first.state += fmt::format("; {} more like this", kind.second);
        findings.push_back(std::move(kind.first));
    }
    if (!findings.empty()) return findings;
    auto const [least, most] = std::ranges::minmax(ranks, {}, &RankFacts::threads);
    auto const each = least.threads == most.threads
                          ? std::to_string(most.threads)
                          : fmt::format("{} to {}", least.threads, most.threads);
    return {{Health::ok, "threads",
             fmt::format("{} per rank, which may use {} of {} CPUs", each, count(most.cpus),
                         most.machine_cpus),
             ""}};
}

Finding examine_binding(AllRanks ranks) {
    expect(!ranks.empty(), "there is a rank");

    std::vector<std::string> hosts;
    for (auto const& host : group_by_host(ranks)) {
        if (std::ranges::any_of(host.ranks,
                                [&](std::size_t r) { return ranks[r].topology.domains > 1; })) {
            hosts.push_back(host.name);
        }
    }
    auto const& widest = *std::ranges::max_element(
        ranks, {}, [](RankFacts const& rank) { return rank.topology.domains; });
    auto const domains = plural(widest.topology.machine_domains, "NUMA domain");
    if (hosts.empty()) {
        return {Health::ok, "binding",
                widest.topology.machine_domains == 1
                    ? "one NUMA domain"
                    : fmt::format("each rank within one of {}", domains),
                ""};
    }
    return {
        Health::warning, "binding",
        fmt::format("ranks on {} may run on {} of {}: threads read memory of other domains, "
                    "which is slower",
                    list_names(hosts), widest.topology.domains, domains),
        fmt::format("start one rank per domain: 'mpirun --map-by ppr:1:numa:PE={0}' or 'srun "
                    "--ntasks-per-node={1} --cpus-per-task={0}'",
                    share(count(widest.cpus), static_cast<std::size_t>(widest.topology.domains)),
                    widest.topology.machine_domains)};
}

}  // namespace maniple
