/// \file  What sentences about everybody, groups and left-out levels share. Private to report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evaluation_reading.hpp"
#include "evaluation_words.hpp"

namespace maniple {

/// Where fewer, intervals are wide, and bootstrap and normal approximations rough.
inline constexpr std::int64_t few_people = 100;
inline constexpr std::int64_t few_cases = 50;

/// Do few people, or few cases or controls (events alone of times to events), stand behind a line?
bool is_few(EvaluationRow const& row, Outcome outcome);
/// \param cases  -1: not known. Likewise samples.
bool is_few(std::int64_t samples, std::int64_t cases, Outcome outcome);

/// A metric of everybody; where levels were left out, pooled over them.
EvaluationRow const* find_whole(EvaluationFile const& file, std::string_view metric);

/// Does the interval of that effect per SD leave only this direction, 1 or -1?
bool has_effect(EvaluationFile const& file, double direction);

/// "a, b and 3 more".
std::string names_of(std::vector<std::string> const& names);

/// -log10 of 0.05 over so many comparisons.
double corrected_threshold(std::size_t comparisons);

/// A factor's groups that have the metric with an interval.
std::vector<EvaluationRow const*> told_groups(EvaluationFile const& file, std::string_view factor,
                                              std::string_view metric);

/// Lines of Cochran's Q with a p-value that sentences look at: of the main metric, calibration, and
/// rates at thresholds.
std::vector<EvaluationRow const*> list_tests(EvaluationFile const& file, std::string_view factor);

/// Such a metric within a sentence: "calibration slope", but "AUC".
std::string words_of(std::string_view metric);

/// The metric that a line of Cochran's Q compares.
std::string_view compared_metric(EvaluationRow const& test);

/// \name Sentences about a factor's groups, or about left-out levels.
/// @{
void read_few_groups(EvaluationFile const& file, std::string const& factor,
                     std::vector<ReportFinding>& findings);

/// Groups whose own predictions are off, by 0.05 over all such numbers of all factors.
void read_group_calibration(EvaluationFile const& file, std::string const& factor,
                            std::vector<ReportFinding>& findings);
/// @}

}  // namespace maniple
