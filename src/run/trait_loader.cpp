#include "maniple/run/trait_loader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/trait/covariates.hpp"

namespace maniple {
namespace {

std::int64_t count_cases(ColumnType type, std::span<double const> values, SampleMask const& base) {
    std::int64_t cases = 0;
    if (type == ColumnType::binary) {
        base.for_each([&](SampleIndex s) { cases += values[s.at()] == 1 ? 1 : 0; });
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
    std::vector<Completeness> const known(traits.size(), Completeness::every_sample);
    return fit(traits, known, [](std::size_t, SampleMask const&, std::span<double>) { return 0; });
}

FittedTraits TraitLoader::fit(std::span<ColumnReference const> traits, PredictorSource& source,
                              std::span<std::size_t const> predictors) const {
    expect(predictors.size() == traits.size(), "every trait has a predictor");

    source.prepare(predictors);
    std::vector<Completeness> known;
    for (auto predictor : predictors) {
        known.push_back(source.is_complete(predictor) ? Completeness::every_sample
                                                      : Completeness::unknown);
    }
    return fit(traits, known, [&](std::size_t t, SampleMask const& base, std::span<double> values) {
        if (known[t] == Completeness::every_sample) return std::int64_t{0};
        auto const predictions = source.read(predictors[t], 0);
        std::int64_t without = 0;
        base.for_each([&](SampleIndex s) {
            if (!std::isnan(predictions[s.at()])) return;
            without += std::isnan(values[s.at()]) ? 0 : 1;
            values[s.at()] = std::numeric_limits<double>::quiet_NaN();
        });
        return without;
    });
}

std::vector<Covariate> TraitLoader::load_covariates() const {
    std::vector<Column> covariates;
    for (auto const& chosen : covariates_) {
        covariates.push_back(load_column(tables_, chosen, candidates_.samples()));
    }
    return expand_covariates(covariates);
}

FittedBinaryTraits TraitLoader::fit_binary(std::span<ColumnReference const> traits,
                                           BinaryOptions const& options) const {
    std::vector<std::string> names;
    for (auto const& trait : traits) names.push_back(trait.label);
    auto const load = [&](std::size_t t, std::span<double> values) {
        StopRequest::check();
        auto const column = load_column(tables_, traits[t], candidates_.samples());
        std::ranges::copy(column.values, values.begin());
    };
    FittedBinaryTraits fitted{
        .null = BinaryNull{candidates_, load_covariates(), names, load, options}, .accepted = {}};
    std::size_t position = 0;
    for (auto const& trait : fitted.null.traits()) {
        while (traits[position].label != trait.name) ++position;
        fitted.accepted.push_back(position++);
    }
    return fitted;
}

FittedTraits TraitLoader::fit(std::span<ColumnReference const> traits,
                              std::vector<Completeness> const& known,
                              Restrict const& restrict) const {
    auto const samples = candidates_.samples();
    auto expanded = load_covariates();
    auto const base = complete_samples(candidates_, expanded);

    std::vector<std::int64_t> cases(traits.size());
    std::vector<std::int64_t> unpredicted(traits.size());
    std::vector<TraitOutline> outlines;
    for (std::size_t t = 0; t < traits.size(); ++t) {
        bool const complete = traits[t].column.observed == samples;
        outlines.push_back(
            {.name = traits[t].label, .values = complete ? known[t] : Completeness::unknown});
    }
    auto const load = [&](std::size_t t, std::span<double> values) {
        StopRequest::check();
        auto const column = load_column(tables_, traits[t], samples);
        std::ranges::copy(column.values, values.begin());
        unpredicted[t] = restrict(t, base, values);
        cases[t] = count_cases(column.type, values, base);
    };
    FittedTraits fitted{
        .null = LinearNull{candidates_, std::move(expanded), std::move(outlines), load},
        .accepted = {},
        .cases = {},
        .unpredicted = {}};
    std::size_t position = 0;
    for (auto const& trait : fitted.null.traits()) {
        while (traits[position].label != trait.name) ++position;
        fitted.accepted.push_back(position);
        fitted.cases.push_back(cases[position]);
        fitted.unpredicted.push_back(unpredicted[position++]);
    }
    return fitted;
}

void judge_rejected(std::span<RejectedTrait const> all, std::vector<TraitReference> const& asked,
                    Log& log) {
    for (auto const& rejected : all) {
        auto const trait = std::ranges::find(
            asked, rejected.name, [](TraitReference const& t) { return t.reference.label; });
        if (trait->asked == Asked::by_name) {
            throw UserError{fmt::format("trait '{}' {}", rejected.name, rejected.reason)};
        }
        log.warn(fmt::format("trait '{}' is left out: it {}", rejected.name, rejected.reason));
    }
}

}  // namespace maniple
