#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "evaluation_tables.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/stats/heterogeneity.hpp"
#include "maniple/stats/roc.hpp"

namespace maniple {
namespace {

// The scores or predictions that a rule looks at, and from where on it calls.
struct Cut {
    PeopleOrder order = PeopleOrder::score;
    std::span<double const> values;
    double threshold = 0;
};

Cut cut_of(ThresholdRule const& rule, EvaluatedPeople const& people) {
    switch (rule.kind) {
        case ThresholdRule::Kind::score:
            return {PeopleOrder::score, people.score, rule.value};
        case ThresholdRule::Kind::risk:
            expect(!people.prediction.empty(), "rules of risks were asked of predictions");
            return {PeopleOrder::prediction, people.prediction,
                    portable_log(rule.value / (1 - rule.value))};
        case ThresholdRule::Kind::top:
            break;
    }
    auto ascending = people.score;
    std::ranges::sort(ascending);
    // As for fifths and top shares, those at the bound are below it.
    auto const bound = quantile_of_sorted(ascending, 1 - rule.value);
    return {PeopleOrder::score, people.score,
            std::nextafter(bound, std::numeric_limits<double>::infinity())};
}

ThresholdCounts count_group(std::vector<std::size_t> const& places, Cut const& cut,
                            EvaluatedPeople const& people) {
    std::vector<double> values;
    std::vector<std::uint8_t> is_case;
    for (auto place : places) {
        values.push_back(cut.values[place]);
        is_case.push_back(people.is_case[place]);
    }
    return count_at_threshold(values, is_case, cut.threshold);
}

struct Rate {
    EvaluatedGroup const* group;
    Proportion share;
};

EvaluationRow row_of_rate(Rate const& rate, std::string const& metric, std::string const& rule) {
    auto row = row_of(*rate.group, RowKind::threshold, metric);
    row.part = rule;
    row.estimate = rate.share.value;
    row.lower = rate.share.lower;
    row.upper = rate.share.upper;
    row.interval = "wilson";
    if (std::isnan(rate.share.value)) row.status = "one class";
    return row;
}

// Difference with the interval of two Wilson intervals: R. G. Newcombe (1998), Stat. Med. 17,
// method 10.
EvaluationRow gap_of(Rate const& rate, Rate const& reference, std::string const& metric,
                     std::string const& rule) {
    auto row = row_of(*rate.group, RowKind::gap, metric);
    row.part = fmt::format("{}, less {}", rule, reference.group->name);
    auto const& a = rate.share;
    auto const& b = reference.share;
    row.estimate = a.value - b.value;
    row.lower = row.estimate - std::hypot(a.value - a.lower, b.upper - b.value);
    row.upper = row.estimate + std::hypot(a.upper - a.value, b.value - b.lower);
    row.interval = "newcombe";
    if (std::isnan(row.estimate)) row.status = "one class";
    return row;
}

void add_comparisons(std::vector<Rate> const& rates, std::string const& reference,
                     std::string const& metric, std::string const& rule,
                     std::vector<EvaluationRow>& rows) {
    std::vector<Estimate> estimates;
    for (auto const& rate : rates) {
        auto const& share = rate.share;
        estimates.push_back({share.value, (share.upper - share.lower) / (2 * normal_95())});
    }
    auto const base =
        std::ranges::find(rates, reference, [](Rate const& rate) { return rate.group->name; });
    for (auto const& rate : rates) {
        if (base == rates.end() || &rate == &*base) continue;
        rows.push_back(gap_of(rate, *base, metric, rule));
    }
    auto const test = cochran_q(estimates);
    if (std::isnan(test.statistic)) return;
    EvaluationRow row;
    row.kind = RowKind::heterogeneity;
    row.metric = metric;
    row.factor = rates.front().group->factor;
    row.part = rule;
    fill_heterogeneity(row, test);
    rows.push_back(std::move(row));
}

}  // namespace

void add_thresholds(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                    EvaluationRequest const& request, ToldCuts& told,
                    std::vector<EvaluationRow>& rows) {
    for (auto const& rule : request.thresholds) {
        auto const cut = cut_of(rule, data.people);
        std::size_t factor = 0;
        for (auto const& range : factor_ranges(groups)) {
            auto const part = std::span{groups}.subspan(range.first, range.last - range.first);
            auto const reference =
                range.first == 0 ? std::string{}
                                 : data.factors[factor].levels[data.factors[factor].reference];
            if (range.first != 0) ++factor;
            PeopleCut const called{cut.threshold, EqualSide::above};
            bool const safe = told.tell(range, cut.order, std::span{&called, 1});
            for (auto const* metric : {"true_positive_rate", "false_positive_rate"}) {
                std::vector<Rate> rates;
                for (auto const& group : part) {
                    if (!group.metrics) continue;
                    auto const counts = count_group(group.places, cut, data.people);
                    bool const of_cases = metric == std::string_view{"true_positive_rate"};
                    Rate const rate{&group,
                                    of_cases
                                        ? wilson_interval(counts.true_positives, counts.cases)
                                        : wilson_interval(counts.false_positives, counts.controls)};
                    if (safe) {
                        rates.push_back(rate);
                        rows.push_back(row_of_rate(rate, metric, rule.text));
                        continue;
                    }
                    auto row = row_of(group, RowKind::threshold, metric);
                    row.part = rule.text;
                    row.status = "suppressed";
                    rows.push_back(std::move(row));
                }
                if (range.first != 0 && rates.size() > 1) {
                    add_comparisons(rates, reference, metric, rule.text, rows);
                }
            }
        }
    }
}

}  // namespace maniple
