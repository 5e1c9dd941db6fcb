#include "maniple/run/trait_loader.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/trait/covariates.hpp"

namespace maniple {
namespace {

std::int64_t count_cases(Column const& trait, SampleMask const& base) {
    std::int64_t cases = 0;
    if (trait.type == ColumnType::binary) {
        base.for_each([&](SampleIndex s) { cases += trait.values[s.at()] == 1 ? 1 : 0; });
    }
    return cases;
}

}  // namespace

TraitLoader::TraitLoader(StoreTables const& tables, std::vector<ColumnReference> covariates,
                         SampleMask candidates)
    : tables_{tables}, covariates_{std::move(covariates)}, candidates_{std::move(candidates)} {}

std::int64_t TraitLoader::covariate_columns() const {
    std::int64_t columns = 0;
    for (auto const& covariate : covariates_) {
        columns += std::max<std::int64_t>(1, std::ssize(covariate.column.levels) - 1);
    }
    return columns;
}

FittedTraits TraitLoader::fit(std::span<ColumnReference const> traits) const {
    auto const samples = candidates_.samples();
    std::vector<Column> covariates;
    for (auto const& chosen : covariates_) {
        covariates.push_back(load_column(tables_, chosen, samples));
    }
    auto expanded = expand_covariates(covariates);
    covariates = std::vector<Column>{};  // Braces alone would keep the memory.
    auto const base = complete_samples(candidates_, expanded);

    std::vector<std::int64_t> cases(traits.size());
    std::vector<TraitOutline> outlines;
    for (auto const& chosen : traits) {
        auto const complete = chosen.column.observed == samples;
        outlines.push_back(
            {.name = chosen.label,
             .values = complete ? Completeness::every_sample : Completeness::unknown});
    }
    auto const load = [&](std::size_t t, std::span<double> values) {
        StopRequest::check();
        auto const column = load_column(tables_, traits[t], samples);
        cases[t] = count_cases(column, base);
        std::ranges::copy(column.values, values.begin());
    };
    FittedTraits fitted{
        .null = LinearNull{candidates_, std::move(expanded), std::move(outlines), load},
        .accepted = {},
        .cases = {}};
    std::size_t position = 0;
    for (auto const& trait : fitted.null.traits()) {
        while (traits[position].label != trait.name) ++position;
        fitted.accepted.push_back(position);
        fitted.cases.push_back(cases[position++]);
    }
    return fitted;
}

}  // namespace maniple
