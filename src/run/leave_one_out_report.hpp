/// \file  What leaving out levels one by one leaves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "leave_one_out_plan.hpp"
#include "maniple/run/evaluation_rows.hpp"

namespace maniple {

/// The model of a level's judgement.
struct LevelModel {
    ScoreDescription score;
    std::int64_t variants = 0;
};

/// A level that was left out.
struct JudgedLevel {
    std::string name;
    std::string status;
    std::string reason;  ///< Why it is not judged; empty where it is.
    std::optional<LevelModel> model;
    std::vector<EvaluationRow> rows;  ///< Of factor and group; one that says why, where not judged.
};

/// No times, hosts or paths.
std::string leave_one_out_json(LeaveOneOutRequest const& request, LeaveOneOutPlan const& plan,
                               std::vector<JudgedLevel> const& levels,
                               std::vector<EvaluationRow> const& rows);

/// A few lines for people.
std::string leave_one_out_summary(LeaveOneOutRequest const& request, LeaveOneOutPlan const& plan,
                                  std::vector<JudgedLevel> const& levels,
                                  std::vector<EvaluationRow> const& rows);

}  // namespace maniple
