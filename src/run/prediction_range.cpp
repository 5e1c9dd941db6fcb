#include "prediction_range.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace maniple {

std::optional<PredictionRange> find_prediction_range(EvaluationFile const& evaluation) {
    auto const& histogram = evaluation.curves.histogram;
    if (histogram && histogram->scale != HistogramScale::score && !histogram->bounds.empty()) {
        return PredictionRange{histogram->bounds.front(), histogram->bounds.back()};
    }
    std::vector<double> means;
    for (auto const& row : evaluation.rows) {
        if (row.kind == RowKind::calibration && row.metric == "predicted" && row.factor.empty() &&
            std::isfinite(row.estimate)) {
            means.push_back(row.estimate);
        }
    }
    if (means.empty()) return std::nullopt;
    auto const [least, most] = std::ranges::minmax(means);
    return PredictionRange{least, most};
}

}  // namespace maniple
