/// \file  Lines of evaluations for tests of what is said about them.
#pragma once

#include "../src/report/evaluation_reading.hpp"

#include <string>
#include <utility>
#include <vector>

namespace maniple::test {

inline EvaluationRow row_of(std::string metric, double estimate, double lower, double upper,
                            std::int64_t samples = 1000, std::int64_t cases = 300) {
    EvaluationRow row;
    row.metric = std::move(metric);
    row.estimate = estimate;
    row.lower = lower;
    row.upper = upper;
    row.samples = samples;
    row.cases = cases;
    return row;
}

inline EvaluationFile binary_file() {
    EvaluationFile file;
    file.score = "s";
    file.trait = "disease";
    file.outcome = Outcome::binary;
    file.training_is_known = true;
    file.evaluated = 1000;
    return file;
}

inline EvaluationRow in_group(EvaluationRow row, std::string factor, std::string group) {
    row.factor = std::move(factor);
    row.group = std::move(group);
    return row;
}

inline EvaluationRow heterogeneity(std::string factor, double neg_log10_p,
                                   std::string metric = "auc", std::string part = "") {
    EvaluationRow row;
    row.kind = RowKind::heterogeneity;
    row.metric = std::move(metric) + "_heterogeneity_q";
    row.factor = std::move(factor);
    row.part = std::move(part);
    row.estimate = 5;
    row.neg_log10_p = neg_log10_p;
    return row;
}

inline std::string text_of(std::vector<ReportFinding> const& findings) {
    std::string text;
    for (auto const& finding : findings) {
        text += (finding.kind == FindingKind::caution ? "! " : "- ") + finding.text + "\n";
    }
    return text;
}

}  // namespace maniple::test
