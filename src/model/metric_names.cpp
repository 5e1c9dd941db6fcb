#include <array>

#include "maniple/model/score_metrics.hpp"

namespace maniple {

std::string_view to_string(Metric metric) {
    static constexpr std::array<std::string_view, 21> names{"r2",
                                                            "r2_covariates",
                                                            "r2_full",
                                                            "r2_incremental",
                                                            "auc",
                                                            "auc_covariates",
                                                            "auc_full",
                                                            "auc_incremental",
                                                            "nagelkerke_r2",
                                                            "liability_r2",
                                                            "c_index",
                                                            "c_index_covariates",
                                                            "c_index_full",
                                                            "c_index_incremental",
                                                            "effect_per_sd",
                                                            "odds_ratio_per_sd",
                                                            "hazard_ratio_per_sd",
                                                            "calibration_slope",
                                                            "calibration_in_the_large",
                                                            "brier",
                                                            "brier_skill"};
    return names[static_cast<std::size_t>(metric)];
}

bool is_ratio(Metric metric) {
    return metric == Metric::odds_ratio_per_sd || metric == Metric::hazard_ratio_per_sd;
}

std::string_view to_string(IntervalKind kind) {
    static constexpr std::array<std::string_view, 4> names{"none", "bootstrap", "delong", "wald"};
    return names[static_cast<std::size_t>(kind)];
}

}  // namespace maniple
