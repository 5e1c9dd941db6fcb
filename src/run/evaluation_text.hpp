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

/// "0.31 (0.2 to 0.4)", or why there is no number. Nothing is "-0.000".
std::string interval_text(EvaluationRow const& row);

/// "p = 0.65" of a negative logarithm to base 10.
std::string p_text(double neg_log10_p);

/// One line of a summary: metric, number, what it is.
std::string summary_line(std::string_view metric, std::string_view number, std::string_view what);

/// "300 samples, 83 cases": what is known of a line's people; may be empty.
std::string people_text(EvaluationRow const& row, Outcome outcome);

/// Sensitivity and specificity by each rule that was asked for, from lines of thresholds.
std::string thresholds_text(std::vector<EvaluationRow> const& rows);

/// What was suppressed, what no evaluation says, and which files hold the rest.
std::string summary_end(std::vector<EvaluationRow> const& rows, EvaluationRequest const& request);

/// All rows, as an array.
nlohmann::ordered_json json_lines(std::vector<EvaluationRow> const& rows);

}  // namespace maniple
