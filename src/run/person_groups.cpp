#include "person_groups.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "evaluation_factors.hpp"

namespace maniple {
namespace {

// R^2 is never below 0: of values the effect of the score says whether there is any.
bool is_better_than_useless(EvaluationFile const& evaluation, EvaluationRow const& accuracy) {
    if (evaluation.outcome != Outcome::quantitative) return accuracy.lower > 0.5;
    return std::ranges::any_of(evaluation.rows, [&](EvaluationRow const& row) {
        return row.kind == RowKind::estimate && row.metric == "effect_per_sd" &&
               row.factor == accuracy.factor && row.group == accuracy.group && row.lower > 0;
    });
}

}  // namespace

GroupCheck check_group(EvaluationFile const& evaluation, std::string const& factor,
                       std::string const& level) {
    using Status = GroupCheck::Status;
    GroupCheck check{
        .factor = factor, .level = level, .metric = std::string{main_metric(evaluation.outcome)}};
    for (auto const& row : evaluation.rows) {
        if (row.kind != RowKind::estimate || row.factor != factor || row.group != level) continue;
        if (row.metric == "all") {
            check.status = row.status == "suppressed" ? Status::not_told : Status::nobody;
            return check;
        }
        if (row.metric != check.metric) continue;
        bool const has_number = row.status == "ok" && std::isfinite(row.lower);
        check.status = !has_number                               ? Status::not_judged
                       : is_better_than_useless(evaluation, row) ? Status::validated
                                                                 : Status::not_better;
        check.accuracy = {row.estimate, row.lower, row.upper};
        check.samples = row.samples;
        check.cases = row.cases;
        return check;
    }
    return check;
}

std::vector<std::vector<GroupCheck>> check_groups(EvaluationFile const& evaluation,
                                                  Cohort const& cohort, StoreTables const& tables,
                                                  std::span<SampleIndex const> people) {
    std::vector<std::vector<GroupCheck>> checks(people.size());
    auto const factors =
        make_factors({"--evaluation: --by", evaluation.by, ""}, cohort, tables, people);
    for (auto const& factor : factors) {
        for (std::size_t p = 0; p < people.size(); ++p) {
            auto const level = static_cast<std::size_t>(factor.level[p]);
            if (factor.missing == level) {
                checks[p].push_back(
                    {.factor = factor.name, .level = "", .status = GroupCheck::Status::unknown});
            } else {
                checks[p].push_back(check_group(evaluation, factor.name, factor.levels[level]));
            }
        }
    }
    return checks;
}

}  // namespace maniple
