/// \file  How well a predictor separates cases from controls.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/stats/bootstrap.hpp"
#include "maniple/stats/predictor_order.hpp"

namespace maniple {

/// Area under the receiver operating characteristic: the probability that a case has a greater
/// predictor than a control, equal ones counting half. NaN where there are no cases or no controls.
///
/// Counts pairs in integers: exact until the last division.
/// \param is_case  one per sample, 0 or 1.
/// \pre   is_case.size() == order.samples(); times is empty or as long
/// Threads: re-entrant. Source: D. Bamber (1975), J. Math. Psychol. 12, equation 2.
double roc_area(PredictorOrder const& order, std::span<std::uint8_t const> is_case,
                Multiplicities times = {});

struct RocArea {
    double area = 0;            ///< As `roc_area`.
    double standard_error = 0;  ///< NaN with fewer than two cases or two controls.
};

/// The area with its standard error for samples that are independent of each other.
///
/// The variance is that of the placements of cases among controls and of controls among cases,
/// which sorting gives in n log n.
/// \pre   is_case.size() == order.samples()
/// Threads: re-entrant. Source: E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson (1988),
/// Biometrics 44, equations 3 to 5; by ranks: X. Sun and W. Xu (2014), IEEE Signal Process. Lett.
/// 21, equations 4 to 7.
RocArea roc_area_delong(PredictorOrder const& order, std::span<std::uint8_t const> is_case);

/// What a rule "predictor >= threshold" calls.
struct ThresholdCounts {
    std::int64_t true_positives = 0;
    std::int64_t false_positives = 0;
    std::int64_t cases = 0;
    std::int64_t controls = 0;
};

/// \pre   predictor.size() == is_case.size()
ThresholdCounts count_at_threshold(std::span<double const> predictor,
                                   std::span<std::uint8_t const> is_case, double threshold);

}  // namespace maniple
