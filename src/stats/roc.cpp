#include "maniple/stats/roc.hpp"

#include <cmath>
#include <limits>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

__extension__ using Wide = __int128;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Classes {
    std::int64_t cases = 0;
    std::int64_t controls = 0;
};

// Call visit(below, tied) for each distinct value, from the smallest: how many have a smaller one,
// and how many this one.
template <class Visit>
Classes for_each_value(PredictorOrder const& order, std::span<std::uint8_t const> is_case,
                       Multiplicities times, Visit visit) {
    auto const ascending = order.ascending();
    auto const ranks = order.ranks();
    Classes below;
    for (std::size_t i = 0; i < ascending.size();) {
        auto const rank = ranks[static_cast<std::size_t>(ascending[i])];
        Classes tied;
        for (; i < ascending.size(); ++i) {
            auto const s = static_cast<std::size_t>(ascending[i]);
            if (ranks[s] != rank) break;
            auto const count = times.empty() ? 1 : std::int64_t{times[s]};
            (is_case[s] != 0 ? tied.cases : tied.controls) += count;
        }
        visit(below, tied);
        below.cases += tied.cases;
        below.controls += tied.controls;
    }
    return below;
}

// Unbiased variance of `count` half-integers whose doubles have these sums, of `others` pairs each.
double placement_variance(Wide sum, Wide squares, std::int64_t count, std::int64_t others) {
    auto const spread = static_cast<double>(squares * count - sum * sum);  // exact until here
    auto const samples = static_cast<double>(count);
    auto const unit = 2 * static_cast<double>(others);
    return spread / (samples * (samples - 1) * unit * unit);
}

}  // namespace

double roc_area(PredictorOrder const& order, std::span<std::uint8_t const> is_case,
                Multiplicities times) {
    expect(std::ssize(is_case) == order.samples(), "every sample is a case or a control");
    expect(times.empty() || times.size() == is_case.size(), "every sample has a multiplicity");

    Wide twice = 0;
    auto const all = for_each_value(order, is_case, times, [&](Classes below, Classes tied) {
        twice += Wide{tied.cases} * (2 * below.controls + tied.controls);
    });
    if (all.cases == 0 || all.controls == 0) return not_a_number;
    return static_cast<double>(twice) /
           (2 * static_cast<double>(all.cases) * static_cast<double>(all.controls));
}

RocArea roc_area_delong(PredictorOrder const& order, std::span<std::uint8_t const> is_case) {
    expect(std::ssize(is_case) == order.samples(), "every sample is a case or a control");

    std::int64_t cases = 0;
    for (auto c : is_case) cases += c != 0 ? 1 : 0;
    Wide sum = 0;  // Twice the pairs that are in the right order: of cases as of controls.
    Wide case_squares = 0;
    Wide control_squares = 0;
    for_each_value(order, is_case, {}, [&](Classes below, Classes tied) {
        Wide const of_case = 2 * below.controls + tied.controls;
        Wide const of_control = 2 * (cases - below.cases - tied.cases) + tied.cases;
        sum += tied.cases * of_case;
        case_squares += tied.cases * of_case * of_case;
        control_squares += tied.controls * of_control * of_control;
    });
    auto const controls = order.samples() - cases;
    if (cases == 0 || controls == 0) return {not_a_number, not_a_number};
    auto const area =
        static_cast<double>(sum) / (2 * static_cast<double>(cases) * static_cast<double>(controls));
    if (cases < 2 || controls < 2) return {area, not_a_number};
    auto const variance =
        placement_variance(sum, case_squares, cases, controls) / static_cast<double>(cases) +
        placement_variance(sum, control_squares, controls, cases) / static_cast<double>(controls);
    return {area, std::sqrt(variance)};
}

ThresholdCounts count_at_threshold(std::span<double const> predictor,
                                   std::span<std::uint8_t const> is_case, double threshold) {
    expect(predictor.size() == is_case.size(), "every sample is a case or a control");

    ThresholdCounts counts;
    for (std::size_t s = 0; s < predictor.size(); ++s) {
        auto const positive = predictor[s] >= threshold ? 1 : 0;
        if (is_case[s] != 0) {
            ++counts.cases;
            counts.true_positives += positive;
        } else {
            ++counts.controls;
            counts.false_positives += positive;
        }
    }
    return counts;
}

}  // namespace maniple
