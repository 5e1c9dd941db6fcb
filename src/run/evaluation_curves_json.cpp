#include "evaluation_curves_json.hpp"

#include <array>
#include <cmath>
#include <string_view>

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_numbers(std::vector<double> const& values) {
    auto list = Json::array();
    for (auto value : values) list.push_back(json_number(value));
    return list;
}

Json describe_histogram(PeopleHistogram const& histogram) {
    static constexpr std::array<std::string_view, 3> names{"score", "predicted_value",
                                                           "predicted_risk"};
    return {{"of", names[static_cast<std::size_t>(histogram.scale)]},
            {"step", histogram.step},
            {"bounds", histogram.bounds},
            {"counts", histogram.counts}};
}

Json describe_incidence(IncidenceCurve const& curve) {
    return {{"group", curve.group},
            {"samples", curve.samples},
            {"events", curve.events},
            {"time", curve.times},
            {"incidence", json_numbers(curve.incidence)},
            {"lower", json_numbers(curve.lower)},
            {"upper", json_numbers(curve.upper)},
            {"at_risk", curve.at_risk},
            {"status", curve.status}};
}

Json describe_line(CalibrationLine const& line) {
    Json json{{"status", to_string(line.status)}, {"samples", line.samples}};
    if (line.status != FitStatus::ok) return json;
    json["centre"] = line.centre;
    json["level"] = line.level;
    json["slope"] = line.slope;
    json["level_variance"] = line.level_variance;
    json["covariance"] = line.covariance;
    json["slope_variance"] = line.slope_variance;
    json["residual_variance"] = json_number(line.residual_variance);
    json["degrees_of_freedom"] = json_number(line.degrees_of_freedom);
    return json;
}

}  // namespace

void add_curves(Json& json, EvaluationCurves const& curves) {
    if (curves.histogram) json["histogram"] = describe_histogram(*curves.histogram);
    if (!curves.incidence.empty()) {
        auto list = Json::array();
        for (auto const& curve : curves.incidence) list.push_back(describe_incidence(curve));
        json["incidence"] = std::move(list);
    }
    if (curves.line) json["calibration_line"] = describe_line(*curves.line);
}

}  // namespace maniple
