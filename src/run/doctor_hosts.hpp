/// \file  Ranks by machine. Private to run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "maniple/run/doctor_findings.hpp"

namespace maniple {

/// Ranks that share one machine.
struct HostRanks {
    std::string name;
    std::vector<std::size_t> ranks;  ///< In order.
};

/// In order of their first ranks.
std::vector<HostRanks> group_by_host(AllRanks ranks);

/// "a", "a and b", "a, b, c and 4 more".
std::string list_names(std::vector<std::string> const& names);

/// " on node1", but nothing where there is one host alone.
std::string on_host(std::string const& name, AllRanks ranks);

/// "12.3 GB".
std::string gigabytes(std::int64_t bytes);

}  // namespace maniple
