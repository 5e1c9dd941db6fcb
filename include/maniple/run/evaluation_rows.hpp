/// \file  What an evaluation found, line by line.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/mpi/communicator.hpp"
#include "maniple/run/evaluation_curves.hpp"
#include "maniple/run/evaluation_data.hpp"
#include "maniple/run/evaluation_request.hpp"
#include "maniple/stats/heterogeneity.hpp"

namespace maniple {

/// What a line says.
enum class RowKind : std::uint8_t {
    estimate,       ///< A metric of a group.
    gap,            ///< That less the reference group's; divided by it for ratios.
    heterogeneity,  ///< How much the groups of a factor differ: METRIC_heterogeneity_q and others.
    quantile,       ///< A fifth of the scores, or their top, against the middle fifth.
    calibration,    ///< Predicted or observed outcome in a tenth of the predictions.
    threshold,      ///< Rates of those whom a rule calls.
    pooled,         ///< A metric's mean over the levels of a factor (random effects).
    new_level,      ///< That mean, and where a level that was not seen may lie.
    outcome,        ///< Predicted or observed outcome in a tenth or fifth of the score.
    people,         ///< Of whom it is, or is not, known that they were used in training.
};

std::string_view to_string(RowKind kind);

/// The metric by which scores of such traits are judged first.
std::string_view main_metric(Outcome outcome);

/// What a standard error is of: the number or, of ratios, its logarithm.
enum class RowScale : std::uint8_t { plain, logarithmic };

/// One line. NaN, and -1 for counts: not known, not told or not applicable.
struct EvaluationRow {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    RowKind kind = RowKind::estimate;
    std::string metric;
    std::string factor;         ///< Empty: everybody.
    std::string group = "all";  ///< Level of the factor.
    std::string part;           ///< Which quantile or rule; of gaps the reference.
    double estimate = unknown;
    double lower = unknown;  ///< 95% interval.
    double upper = unknown;
    /// \name Of estimates, for pooling; not shown.
    /// @{
    double standard_error = unknown;
    RowScale scale = RowScale::plain;
    /// @}
    double neg_log10_p = unknown;          ///< Of Cochran's Q alone.
    std::int64_t degrees_of_freedom = -1;  ///< Likewise.
    std::int64_t samples = -1;
    std::int64_t cases = -1;
    std::string interval;         ///< How it was made; empty: there is none.
    std::int64_t undefined = -1;  ///< Bootstrap replicates without a value.
    std::string status = "ok";    ///< "suppressed", "one class", "separated", ...
};

/// Fills in Cochran's Q of `row.metric`, and names the metric so.
void fill_heterogeneity(EvaluationRow& row, Heterogeneity const& test);

/// \throws UserError where a rule, a prevalence or a horizon is given for a trait of another kind.
void require_options_of(Outcome outcome, EvaluationRequest const& request);

/// Everything that is found of some people.
struct Evaluation {
    std::vector<EvaluationRow> rows;
    EvaluationCurves curves;
};

/// Everything, the same on every rank, thread and instruction set. Replicates are shared out over
/// ranks and threads. Collective over comm; what is found is on the root alone.
/// \throws UserError where all people are of one class, or so few that nothing may be told.
Evaluation evaluate_people(EvaluationData const& data, EvaluationRequest const& request,
                           mpi::Communicator const& comm);

}  // namespace maniple
