/// \file  Which levels are left out, one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/run/leave_one_out.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// One level of the column.
struct LeftOutLevel {
    std::string name;
    std::vector<bool> people;  ///< One per sample: who has it.
    /// \name With trait and covariates, among those asked for.
    /// @{
    std::int64_t samples = 0;
    std::int64_t cases = 0;  ///< Or events.
    /// @}
    std::string status = "ok";  ///< Else "suppressed", "one class" or "nobody".
    std::string reason;         ///< Why it is not judged, in words; empty where it is.
};

struct LeaveOneOutPlan {
    std::string column;  ///< Without the bands.
    Outcome outcome = Outcome::quantitative;
    std::vector<LeftOutLevel> levels;
    std::int64_t judged = 0;  ///< Levels whose status is "ok".
};

/// \throws UserError where no level can be judged, or the others cannot be trained on.
LeaveOneOutPlan plan_leave_one_out(LeaveOneOutRequest const& request, Log& log);

/// What is fitted for a level. \param name  of its model, in the run's folder.
FitRequest fit_without(LeaveOneOutRequest const& request, LeftOutLevel const& level,
                       std::string name);

}  // namespace maniple
