/// \file  What a person's score says in plain words, and what it does not. Private to report.
#pragma once

#include <string>
#include <vector>

#include "evaluation_reading.hpp"
#include "maniple/run/person_facts.hpp"

namespace maniple {

/// A squared distance above this percentile of the training samples' is called far: one in a
/// hundred of them is as far.
inline constexpr double far_percentile = 99;

/// Sentences for somebody who knows medicine and not this program. A risk is told only where a
/// recalibrated model predicts one; its interval only with its source. Warnings: no validation in
/// the person's groups, far from the training samples, used in training, variants that are missing.
std::vector<ReportFinding> read_score_aloud(PersonScore const& score);

/// "12.3%" for risks, a number for values. \param step  as that of short_number.
std::string outcome_text(PersonScore const& score, double value, double step);

/// \name Parts of it, each of which may be empty.
/// @{
std::vector<ReportFinding> read_risk(PersonScore const& score);
std::vector<ReportFinding> read_validation(PersonScore const& score);
std::vector<ReportFinding> read_distance(PersonScore const& score);
/// @}

}  // namespace maniple
