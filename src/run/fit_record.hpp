/// \file  What the reports of all methods of a fit share. Private to this module.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "maniple/run/fit_plan.hpp"
#include "maniple/run/scan_report.hpp"

namespace maniple {

/// Names of a problem in path.tsv: path, fold_1, ..., final.
std::string problem_name(FitProblem const& problem);

/// How predictions of such a trait are judged: "R^2".
char const* performance_name(Outcome outcome);

/// A number as text, NA for NaN.
std::string number_or_na(double value);
/// A number, null for NaN.
nlohmann::ordered_json number_or_null(double value);

/// Tables that a report may have beside fit.json.
inline constexpr std::array<std::string_view, 2> report_tables{"path.tsv", "coefficients.tsv"};

/// What a fit did, whatever its method.
struct FitWork {
    std::int64_t filtered = 0;                  ///< Variants that filters left out.
    std::int64_t passes = 0;                    ///< Over the genotypes.
    nlohmann::ordered_json traits;              ///< Array: one object per trait.
    std::vector<std::string_view> tables = {};  ///< Of report_tables, those that this fit wrote.
};

/// Does fit.json of this folder tell of the same plan and model? (One that was written, and then
/// its fit was interrupted.)
bool is_fit_record_of(std::filesystem::path const& folder, FitPlan const& plan);

/// fit.json: plan, results, hosts and times, in one step. Before that the tables go that an earlier
/// fit by another method left there. \throws EnvironmentError.
void write_fit_record(std::filesystem::path const& folder, FitPlan const& plan, FitWork work,
                      RunRecord const& record);

}  // namespace maniple
