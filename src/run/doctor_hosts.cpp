#include "doctor_hosts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace maniple {

std::vector<HostRanks> group_by_host(AllRanks ranks) {
    std::vector<HostRanks> hosts;
    for (std::size_t r = 0; r < ranks.size(); ++r) {
        auto const name = ranks[r].host.text();
        auto found = std::ranges::find(hosts, name, &HostRanks::name);
        if (found == hosts.end()) found = hosts.insert(hosts.end(), HostRanks{name, {}});
        found->ranks.push_back(r);
    }
    return hosts;
}

std::string list_names(std::vector<std::string> const& names) {
    constexpr std::size_t most_shown = 3;
    auto const shown = names.size() <= most_shown + 1 ? names.size() : most_shown;
    std::string text;
    for (std::size_t i = 0; i < shown; ++i) {
        bool const is_last = i + 1 == names.size();
        text += fmt::format("{}{}", i == 0 ? "" : is_last ? " and " : ", ", names[i]);
    }
    if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
    return text;
}

std::string on_host(std::string const& name, AllRanks ranks) {
    bool const alone =
        std::ranges::all_of(ranks, [&](RankFacts const& rank) { return rank.host.text() == name; });
    return alone ? "" : " on " + name;
}

std::string gigabytes(std::int64_t bytes) {
    return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

}  // namespace maniple
