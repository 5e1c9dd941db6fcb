/// \file  The plan of a scan in words. Private to report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace maniple {

/// `maniple scan ...` with the options of a plan that differ from the defaults, as far as run.json
/// knows them: names of traits rather than patterns, files without folders, STORE and RUN.
std::string scan_command(nlohmann::ordered_json const& plan);

/// Tests, filters, and files that choose samples or variants: what is not told elsewhere.
std::vector<std::pair<std::string, std::string>> plan_in_words(nlohmann::ordered_json const& plan);

}  // namespace maniple
