/// \file  What scoring writes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "maniple/run/scan_report.hpp"
#include "maniple/run/score_plan.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// Sums as a table of the cohort: NaN for samples that were not chosen.
/// \param sums  samples x scores, of sum_scores().
Table make_score_table(ScorePlan const& plan, std::span<std::int64_t const> sums);

/// Chosen samples x scores: `#IID`, or `#FID IID` where the cohort has families, then the scores.
/// \throws EnvironmentError.
void write_scores(std::filesystem::path const& file, ScorePlan const& plan, Table const& table);

/// One row per score: variants, how many of them met each outcome, weight mass, missing genotypes.
/// \throws EnvironmentError.
void write_score_summary(std::filesystem::path const& file, ScorePlan const& plan);

/// One row per scored variant: what became of it. No individual-level data. \throws
/// EnvironmentError.
void write_matches(std::filesystem::path const& file, ScorePlan const& plan);

/// What was asked for and of which inputs, for run.json.
RunSubject describe_score_plan(ScorePlan const& plan);

}  // namespace maniple
