/// \file  What an evaluation's numbers say in plain words, and what they do not. Private to report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "maniple/run/evaluation_file.hpp"

namespace maniple {

enum class FindingKind : std::uint8_t {
    finding,  ///< What the numbers say.
    caution,  ///< What stands against reading more into them.
};

struct ReportFinding {
    FindingKind kind = FindingKind::finding;
    std::string text;
};

inline ReportFinding say(std::string text) { return {FindingKind::finding, std::move(text)}; }
inline ReportFinding warn(std::string text) { return {FindingKind::caution, std::move(text)}; }

/// Sentences made from the numbers by rules. A direction is claimed only where a 95% interval
/// leaves no other; a difference between groups in the main metric, calibration or rates only where
/// p of Cochran's Q is below 0.05 over the number of such tests; that a group's own calibration is
/// off where its p is below 0.05 over the number of such intervals; agreement never, only that no
/// disagreement is seen, with how much the interval leaves open. Cautions: training not known, few
/// people or cases, groups not told, calibration off or not judged, deaths of other causes, many
/// comparisons. Where levels were left out, the same of pooled numbers.
std::vector<ReportFinding> read_evaluation_aloud(EvaluationFile const& file);

/// \name Parts of it, each of which may be empty.
/// @{
std::vector<ReportFinding> read_people(EvaluationFile const& file);
std::vector<ReportFinding> read_accuracy(EvaluationFile const& file);
std::vector<ReportFinding> read_increment(EvaluationFile const& file);
std::vector<ReportFinding> read_calibration(EvaluationFile const& file);
std::vector<ReportFinding> read_other_deaths(EvaluationFile const& file);
std::vector<ReportFinding> read_groups(EvaluationFile const& file);
std::vector<ReportFinding> read_left_out(EvaluationFile const& file);
/// @}

}  // namespace maniple
