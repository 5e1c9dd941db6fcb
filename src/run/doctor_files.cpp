#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "doctor_hosts.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

constexpr std::int64_t least_bytes = 1'000'000'000;
constexpr std::int64_t least_files = 1'000;
// Locks tell since when, and imports that go on compare times of change.
constexpr double most_seconds = 2;
constexpr std::int64_t first_of_2024 = 1'704'067'200;

double to_seconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

// "3.2 s ahead of", "3.2 s behind".
std::string compare(double seconds, std::string const& other) {
    return fmt::format("{:.1f} s {} {}", std::abs(seconds), seconds > 0 ? "ahead of" : "behind",
                       other);
}

std::string quoted(std::filesystem::path const& path) { return fmt::format("'{}'", path.string()); }

std::string name_trouble(FolderFacts const& facts) {
    return facts.failure.empty() ? facts.lock_failure.text() : facts.failure.text();
}

/// Hosts on which a rank found something, and the first such rank.
struct Concerned {
    std::vector<std::string> hosts;
    RankFacts const* first = nullptr;
};

template <class Predicate>
Concerned find_concerned(AllRanks ranks, Predicate const& is_concerned) {
    Concerned concerned;
    for (auto const& host : group_by_host(ranks)) {
        auto const found =
            std::ranges::find_if(host.ranks, [&](std::size_t r) { return is_concerned(ranks[r]); });
        if (found == host.ranks.end()) continue;
        concerned.hosts.push_back(host.name);
        if (concerned.first == nullptr) concerned.first = &ranks[*found];
    }
    return concerned;
}

std::string where(Concerned const& concerned, AllRanks ranks) {
    return group_by_host(ranks).size() == 1 ? "" : " on " + list_names(concerned.hosts);
}

bool hdf5_locks() {
    char const* const use = std::getenv("HDF5_USE_FILE_LOCKING");
    return use == nullptr || std::string_view{use} != "FALSE";
}

}  // namespace

Findings examine_folder(std::filesystem::path const& folder, AllRanks ranks) {
    expect(!ranks.empty(), "there is a rank");

    auto const name = quoted(folder);
    auto const unusable =
        find_concerned(ranks, [](RankFacts const& rank) { return !rank.folder.failure.empty(); });
    if (unusable.first != nullptr) {
        return {{Health::failure, "folder",
                 fmt::format("{} {}{}", name, name_trouble(unusable.first->folder),
                             where(unusable, ranks)),
                 "choose another folder with --path, or ask for permission or quota"}};
    }
    Findings findings;
    auto const lockless = find_concerned(
        ranks, [](RankFacts const& rank) { return !rank.folder.lock_failure.empty(); });
    if (lockless.first != nullptr && hdf5_locks()) {
        findings.push_back(
            {Health::failure, "folder",
             fmt::format("files in {} cannot be locked{} ({})", name, where(lockless, ranks),
                         name_trouble(lockless.first->folder)),
             "export HDF5_USE_FILE_LOCKING=FALSE, or use a file system with locks"});
    }
    auto const& fullest = *std::ranges::min_element(
        ranks, {}, [](RankFacts const& rank) { return rank.folder.free_bytes; });
    auto const bytes = gigabytes(fullest.folder.free_bytes);
    if (fullest.folder.free_bytes < least_bytes) {
        findings.push_back(
            {Health::warning, "folder",
             fmt::format("{} has {} free{}", name, bytes, on_host(fullest.host.text(), ranks)),
             "free some space, or choose another folder"});
    }
    auto const crowded = find_concerned(ranks, [](RankFacts const& rank) {
        return rank.folder.free_files && *rank.folder.free_files < least_files;
    });
    if (crowded.first != nullptr) {
        findings.push_back({Health::warning, "folder",
                            fmt::format("{} takes {} more files{}", name,
                                        *crowded.first->folder.free_files, where(crowded, ranks)),
                            "remove files nobody needs (the file system has no inodes left for "
                            "more), or choose another folder"});
    }
    if (findings.empty()) {
        findings.push_back({Health::ok, "folder",
                            fmt::format("{} can be written and read, {} free", name, bytes), ""});
    }
    return findings;
}

Finding examine_locks(std::filesystem::path const& folder, AllRanks ranks) {
    expect(!ranks.empty(), "there is a rank");

    auto const name = quoted(folder);
    auto const was = [](LockTrial trial) {
        return [trial](RankFacts const& rank) { return rank.folder.lock == trial; };
    };
    if (auto const unseen = find_concerned(ranks, was(LockTrial::unseen));
        unseen.first != nullptr) {
        return {Health::warning, "locks",
                fmt::format("a file made in {} by rank 0 is not there on {}", name,
                            list_names(unseen.hosts)),
                "stores and runs belong in a folder that all hosts share (scratch of a node is for "
                "--scratch alone)"};
    }
    if (ranks.front().folder.lock == LockTrial::untried) {
        return {Health::warning, "locks", fmt::format("could not be tried in {}", name),
                "choose a folder that can be written with --path"};
    }
    if (ranks.front().folder.lock == LockTrial::given) {
        return {Health::warning, "locks", fmt::format("locks in {} hold nobody back", name),
                "nothing keeps two runs from writing the same folder here: see to it yourself, or "
                "use a file system with locks"};
    }
    auto const given = find_concerned(ranks, was(LockTrial::given));
    if (given.first != nullptr) {
        return {Health::warning, "locks",
                fmt::format("locks in {} hold on each host alone: {} got one that {} held", name,
                            list_names(given.hosts), ranks.front().host.text()),
                "do not start two runs into one folder from different hosts, or have the file "
                "system mounted with locks across hosts (Lustre: flock, not localflock; NFS: no "
                "nolock)"};
    }
    auto const hosts = group_by_host(ranks).size();
    return {Health::ok, "locks",
            hosts > 1 ? fmt::format("hold between {} hosts", hosts)
                      : "hold on this host (others: start a rank on each)",
            ""};
}

Findings examine_clocks(AllRanks ranks) {
    expect(!ranks.empty(), "there is a rank");

    Findings findings;
    auto const& root = ranks.front();
    auto const ahead = [&](RankFacts const& rank) { return to_seconds(rank.clock - root.clock); };
    auto const astray = find_concerned(
        ranks, [&](RankFacts const& rank) { return std::abs(ahead(rank)) > most_seconds; });
    if (astray.first != nullptr) {
        findings.push_back(
            {Health::warning, "clock",
             fmt::format("{} is {}{}", astray.hosts.front(),
                         compare(ahead(*astray.first), root.host.text()),
                         astray.hosts.size() > 1
                             ? fmt::format("; {} more differ", astray.hosts.size() - 1)
                             : ""),
             "times in logs and locks mislead: have the hosts' clocks set by NTP"});
    }
    auto const early = find_concerned(
        ranks, [](RankFacts const& rank) { return rank.clock / 1'000'000'000 < first_of_2024; });
    if (early.first != nullptr) {
        findings.push_back({Health::warning, "clock",
                            fmt::format("the time{} is before 2024", where(early, ranks)),
                            "times in logs and locks mislead: have the clock set by NTP"});
    }
    auto const apart = find_concerned(ranks, [](RankFacts const& rank) {
        return std::abs(to_seconds(rank.folder.clock_lead)) > most_seconds;
    });
    if (apart.first != nullptr) {
        findings.push_back(
            {Health::warning, "clock",
             fmt::format("files of the folder have times {} clock",
                         compare(to_seconds(apart.first->folder.clock_lead),
                                 apart.first->host.text() + "'s")),
             "programs that compare times of files (make, rsync) mislead: have the file server's "
             "clock set by NTP"});
    }
    if (findings.empty()) {
        auto const hosts = group_by_host(ranks).size();
        findings.push_back(
            {Health::ok, "clock",
             hosts > 1
                 ? fmt::format("{} hosts and the folder agree within {} s", hosts, most_seconds)
                 : fmt::format("host and folder agree within {} s", most_seconds),
             ""});
    }
    return findings;
}

}  // namespace maniple
