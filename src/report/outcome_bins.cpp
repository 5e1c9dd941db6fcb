#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluation_plots.hpp"
#include "evaluation_words.hpp"

namespace maniple {
namespace {

std::vector<OutcomeBin> bins_of_rows(EvaluationFile const& file, RowKind kind) {
    std::vector<OutcomeBin> bins;
    for (auto const* row : find_rows(file, {.kind = kind, .metric = "observed"})) {
        if (row->part.empty()) continue;  // A table that is withheld has one line to say so.
        OutcomeBin bin{.label = name_of_part(row->part),
                       .samples = row->samples,
                       .cases = row->cases,
                       .observed = row->estimate,
                       .lower = row->lower,
                       .upper = row->upper,
                       .status = row->status};
        auto const* predicted =
            find_row(file, {.kind = kind, .metric = "predicted", .part = row->part});
        if (predicted != nullptr) bin.predicted = predicted->estimate;
        bins.push_back(std::move(bin));
    }
    return bins;
}

std::vector<OutcomeBin> bins_of_curves(EvaluationFile const& file) {
    auto const time = common_time(file);
    std::vector<OutcomeBin> bins;
    for (auto const& curve : file.curves.incidence) {
        OutcomeBin bin{.label = name_of_part(curve.group),
                       .samples = curve.samples,
                       .cases = curve.events,
                       .status = curve.status};
        auto const place = time ? std::ranges::find(curve.times, *time) : curve.times.end();
        if (place != curve.times.end()) {
            auto const t = static_cast<std::size_t>(place - curve.times.begin());
            bin.observed = curve.incidence[t];
            bin.lower = curve.lower[t];
            bin.upper = curve.upper[t];
        }
        bins.push_back(std::move(bin));
    }
    return bins;
}

}  // namespace

std::optional<double> common_time(EvaluationFile const& file) {
    std::vector<double> common;
    bool is_first = true;
    for (auto const& curve : file.curves.incidence) {
        if (curve.times.empty()) continue;
        if (is_first) common = curve.times;
        is_first = false;
        std::erase_if(common,
                      [&](double time) { return std::ranges::count(curve.times, time) == 0; });
    }
    if (common.empty()) return std::nullopt;
    if (file.horizon && std::ranges::count(common, *file.horizon) > 0) return file.horizon;
    return common.back();
}

std::vector<OutcomeBin> list_outcome_bins(EvaluationFile const& file) {
    return file.outcome == Outcome::time_to_event ? bins_of_curves(file)
                                                  : bins_of_rows(file, RowKind::outcome);
}

std::vector<OutcomeBin> list_calibration_bins(EvaluationFile const& file) {
    return bins_of_rows(file, RowKind::calibration);
}

}  // namespace maniple
