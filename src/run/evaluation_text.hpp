/// \file  How numbers of evaluations are put for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "maniple/run/evaluation_rows.hpp"

namespace maniple {

/// What no evaluation says.
inline constexpr std::string_view evaluation_limits =
    "These numbers describe the people evaluated; in other ancestries, ages, countries or ways of "
    "choosing people they may differ. Intervals contain chance, not bias. A score predicts, it "
    "does not explain.";

std::string_view outcome_name(Outcome outcome);

/// A metric in words; empty where it has none.
std::string_view meaning_of(std::string_view metric);

/// The metrics of which gaps and groups are shown first.
bool is_main_metric(std::string_view metric);

/// "0.31 (0.2 to 0.4)", or why there is no number.
std::string interval_text(EvaluationRow const& row);

/// All rows, as an array.
nlohmann::ordered_json json_lines(std::vector<EvaluationRow> const& rows);

}  // namespace maniple
