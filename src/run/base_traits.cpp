#include "base_traits.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/trait_loader.hpp"
#include "maniple/trait/training_split.hpp"
#include "sample_report.hpp"

namespace maniple {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::vector<std::uint8_t> find_cases(StoreTables const& tables, ColumnReference const& trait,
                                     std::span<SampleIndex const> samples, Cohort const& cohort) {
    auto const column = load_column(tables, trait, cohort.samples().size());
    std::vector<std::uint8_t> is_case;
    for (auto s : samples) is_case.push_back(column.values[s.at()] == 1 ? 1 : 0);
    return is_case;
}

// The fold of each sample of the base.
std::vector<std::int32_t> share_out_folds(WholeGenomeRequest const& request, Samples const& samples,
                                          std::span<SampleIndex const> base) {
    std::vector<std::int32_t> folds;
    if (request.folds_by != FoldsBy::contiguous) {
        // Families kept together would leave tests what they share in the trait, and inflate them.
        auto const all = request.folds_by == FoldsBy::families
                             ? folds_by_hash(samples, request.folds, request.seed)
                             : sample_folds_by_hash(samples, request.folds, request.seed);
        for (auto s : base) folds.push_back(all[s.at()]);
    } else {
        auto const each = std::ssize(base) / request.folds;
        for (std::int64_t i = 0; i < std::ssize(base); ++i) {
            auto const fold = each == 0 ? i : std::min(i / each, request.folds - 1);
            folds.push_back(static_cast<std::int32_t>(fold));
        }
    }
    for (std::int32_t fold = 0; fold < request.folds; ++fold) {
        if (std::ranges::count(folds, fold) > 0) continue;
        throw UserError{fmt::format(
            "whole-genome regression: one of {} folds has no sample ({} samples have every "
            "covariate); it needs more people",
            request.folds, base.size())};
    }
    return folds;
}

// Some samples in the order of their folds, and these.
struct FoldOrder {
    std::vector<SampleIndex> samples;
    std::vector<std::int32_t> folds;
};

FoldOrder order_by_fold(std::span<SampleIndex const> samples, std::span<std::int32_t const> folds,
                        std::int64_t count) {
    FoldOrder order;
    for (std::int32_t fold = 0; fold < count; ++fold) {
        for (std::size_t i = 0; i < samples.size(); ++i) {
            if (folds[i] != fold) continue;
            order.samples.push_back(samples[i]);
            order.folds.push_back(fold);
        }
    }
    return order;
}

}  // namespace

BaseTraits load_base_traits(WholeGenomeRequest const& request, Cohort const& cohort, Log& log) {
    StoreTables const tables{cohort};
    auto const columns = list_columns(tables);
    auto const covariates = choose_covariates(columns, request.covariates);
    auto asked = choose_tested_traits(columns, request.traits, covariates);
    if (!request.among.empty()) {
        std::erase_if(asked, [&](TraitReference const& trait) {
            return std::ranges::count(request.among, trait.reference.label) == 0;
        });
    }
    std::vector<ColumnReference> references;
    std::vector<TraitModel> models;
    for (auto const& trait : asked) {
        references.push_back(trait.reference);
        require_predictable(trait.reference);
        models.push_back(choose_model(request.model, trait.reference));
    }
    // Scores are of the people that a fit chose.
    if (request.use == GenomeUse::scores) models.clear();
    bool const is_said = request.introduction == Introduction::none;
    Log silent{Speaker::silent};
    auto& said_once = is_said ? silent : log;
    TraitLoader const loader{tables, covariates,
                             choose_samples(cohort.samples(), request.samples, said_once)};
    auto const fitted = loader.fit(references, {}, models);
    describe_samples(cohort, tables, asked, loader, fitted.null, said_once);
    judge_rejected(fitted.null.rejected(), asked, said_once);

    auto const& null = fitted.null;
    auto const base = null.base().list();
    auto order =
        order_by_fold(base, share_out_folds(request, cohort.samples(), base), request.folds);
    BaseTraits traits{.basis = make_basis(std::move(order.samples), null.covariates()),
                      .folds = std::move(order.folds),
                      .covariates = {},
                      .names = {},
                      .residuals = {},
                      .scales = {},
                      .counts = {},
                      .outcomes = {},
                      .is_case = {},
                      .asked = {}};
    std::vector<std::string> labels;
    for (auto const& covariate : covariates) labels.push_back(covariate.label);
    traits.covariates = fmt::format("{}", fmt::join(labels, ","));
    for (std::size_t t = 0; t < fitted.accepted.size(); ++t) {
        auto const& trait = null.traits()[t];
        auto const& chosen = asked[fitted.accepted[t]];
        auto const& pattern = null.pattern(trait.pattern);
        std::vector<double> residual;
        double squares = 0;
        for (auto s : traits.basis.samples) {
            bool const has = pattern.mask.contains(s);
            residual.push_back(has ? null.residual(trait, s) : unknown);
            if (has) squares += residual.back() * residual.back();
        }
        auto const rank = null.designs()[pattern.design].rank;
        traits.scales.push_back(std::sqrt(squares / static_cast<double>(pattern.samples - rank)));
        traits.residuals.push_back(std::move(residual));
        traits.names.push_back(trait.name);
        traits.counts.push_back(fitted.counts[t]);
        bool const is_binary =
            choose_model(request.model, chosen.reference) == TraitModel::logistic;
        traits.outcomes.push_back(is_binary ? Outcome::binary : Outcome::quantitative);
        traits.is_case.push_back(
            is_binary ? find_cases(tables, chosen.reference, traits.basis.samples, cohort)
                      : std::vector<std::uint8_t>{});
        traits.asked.push_back(chosen.asked);
    }
    if (traits.names.empty()) {
        throw UserError{"none of the traits can be predicted; see the warnings above"};
    }
    return traits;
}

void keep_traits(BaseTraits& traits, std::span<std::int64_t const> kept) {
    auto const count = std::ssize(traits.names);
    expect(std::ranges::adjacent_find(kept, std::greater_equal<>{}) == kept.end(),
           "positions ascend");
    expect(kept.empty() || (kept.front() >= 0 && kept.back() < count),
           "positions are among the traits");

    auto const keep = [&](auto& values) {
        std::remove_reference_t<decltype(values)> some;
        for (auto t : kept) some.push_back(std::move(values[static_cast<std::size_t>(t)]));
        values = std::move(some);
    };
    keep(traits.names);
    keep(traits.residuals);
    keep(traits.scales);
    keep(traits.counts);
    keep(traits.outcomes);
    keep(traits.is_case);
    keep(traits.asked);
}

}  // namespace maniple
