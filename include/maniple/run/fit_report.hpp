/// \file  What a fit tells people: at its end, and in files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/run/fit_model.hpp"
#include "maniple/run/fit_plan.hpp"
#include "maniple/run/fit_state.hpp"
#include "maniple/run/genotype_pass.hpp"
#include "maniple/run/scan_report.hpp"

namespace maniple {

/// One or two lines for each trait, with warnings where a fit is not what was hoped for.
void describe_fits(FitPlan const& plan, FitState const& state, std::vector<TraitFit> const& fits,
                   Log& log);

/// path.tsv: each penalty of each problem. coefficients.tsv: effects along each trait's path.
/// fit.json: plan, results, hosts and times. Each in one step; fit.json comes last.
/// \throws EnvironmentError.
void write_fit_report(std::filesystem::path const& folder, FitPlan const& plan,
                      FitState const& state, std::vector<TraitFit> const& fits,
                      GenotypePasses& passes, RunRecord const& record);

}  // namespace maniple
