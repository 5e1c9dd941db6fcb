/// \file  What an evaluation leaves: for programs, for tables, and for people.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "maniple/run/evaluation_data.hpp"
#include "maniple/run/evaluation_request.hpp"
#include "maniple/run/evaluation_rows.hpp"

namespace maniple {

/// One line per row, tab-separated: kind, metric, factor, group, part, estimate, lower, upper,
/// neg_log10_p, degrees_of_freedom, samples, cases, interval, undefined_replicates, status; NA
/// where nothing is known. Numbers have nine digits; those of the JSON have all.
std::string evaluation_table(std::vector<EvaluationRow> const& rows);

/// The same rows, the curves, and what was evaluated on whom and how. No times, hosts or paths:
/// equal evaluations have equal bytes.
std::string evaluation_json(EvaluationData const& data, EvaluationRequest const& request,
                            Evaluation const& found);

/// A few lines for people: the main numbers, the widest gaps, and what they do not say.
std::string evaluation_summary(EvaluationData const& data, EvaluationRequest const& request,
                               std::vector<EvaluationRow> const& rows);

}  // namespace maniple
