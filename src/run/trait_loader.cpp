#include "maniple/run/trait_loader.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/trait/covariates.hpp"
#include "telling_levels.hpp"

namespace maniple {
namespace {

/// Reads values of traits, as often as they are asked for, and counts who has them.
class CountingLoad {
public:
    /// \param models  of the traits.
    CountingLoad(StoreTables const& tables, std::span<ColumnReference const> traits,
                 TraitPredictors const& predictors, SampleMask const& base,
                 std::vector<TraitModel> models, std::span<Column const> covariates)
        : tables_{tables},
          traits_{traits},
          predictors_{predictors},
          base_{base},
          models_{std::move(models)},
          levels_{covariates},
          counts_(traits.size()) {
        expect(predictors.source == nullptr || predictors.positions.size() == traits.size(),
               "every trait has a predictor");
        expect(models_.size() == traits.size(), "every trait has a model");
    }

    bool is_complete(std::size_t trait) const {
        return traits_[trait].column.observed == base_.samples() && has_all_predictions(trait) &&
               models_[trait] == TraitModel::linear;
    }

    void operator()(std::size_t trait, std::span<double> values) {
        StopRequest::check();
        auto const column = load_column(tables_, traits_[trait], base_.samples());
        std::ranges::copy(column.values, values.begin());
        auto& counts = counts_[trait];
        counts = {.outcome = outcome_of(traits_[trait])};
        std::vector<double> events;
        if (traits_[trait].event) {
            events.resize(values.size());
            load_events(trait, events);
            require_times(trait, values, events);
        } else {
            events.assign(values.begin(), values.end());
        }
        // First of all, as a program that made the predictions may have done: there are none then.
        leave_out_told(trait, events, values);
        if (!traits_[trait].event) counts.unpredicted = leave_out_unpredicted(trait, values);
        if (counts.unpredicted > 0) leave_out_told(trait, events, values);
        if (counts.outcome == Outcome::quantitative) return;
        base_.for_each([&](SampleIndex s) {
            counts.cases += !std::isnan(values[s.at()]) && events[s.at()] == 1 ? 1 : 0;
        });
    }

    void load_events(std::size_t trait, std::span<double> events) const {
        auto const& event = *traits_[trait].event;
        tables_.find(event.table).read(event.position, events);
    }

    template <class Null>
    FittedTraits<Null> describe(Null null) const {
        FittedTraits<Null> fitted{.null = std::move(null), .accepted = {}, .counts = {}};
        std::size_t position = 0;
        for (auto const& trait : fitted.null.traits()) {
            while (traits_[position].label != trait.name) ++position;
            fitted.accepted.push_back(position);
            fitted.counts.push_back(counts_[position++]);
            fitted.counts.back().samples = fitted.null.pattern(trait.pattern).samples;
        }
        return fitted;
    }

private:
    // Times are missing where events are.
    void require_times(std::size_t trait, std::span<double> times,
                       std::span<double const> events) const {
        base_.for_each([&](SampleIndex s) {
            auto& time = times[s.at()];
            double const event = events[s.at()];
            if (std::isnan(event)) time = std::numeric_limits<double>::quiet_NaN();
            if (!std::isnan(time)) require_time(trait, time, event);
        });
    }

    void require_time(std::size_t trait, double time, double event) const {
        auto const& label = traits_[trait].label;
        if (time < 0) {
            throw UserError{fmt::format(
                "trait '{}' has negative times (time since entry is expected); correct the table "
                "and import it again",
                label)};
        }
        if (event == 0 || event == 1) return;
        throw UserError{fmt::format(
            "trait '{}': '{}' has the value {} (it must be 0 for censored and 1 for an event); "
            "write --trait TIME:EVENT",
            label, traits_[trait].event->label, event)};
    }

    bool has_all_predictions(std::size_t trait) const {
        return predictors_.source == nullptr ||
               predictors_.source->is_complete(predictors_.positions[trait]);
    }

    void leave_out_told(std::size_t trait, std::span<double const> status,
                        std::span<double> values) {
        if (models_[trait] == TraitModel::linear) return;
        auto const telling =
            models_[trait] == TraitModel::cox ? Telling::events : Telling::cases_or_controls;
        auto& counts = counts_[trait];
        for (auto const& told : levels_.leave_out(base_, status, telling, values)) {
            counts.told += told.count;
            if (std::ranges::find(counts.telling, told.covariate) == counts.telling.end()) {
                counts.telling.push_back(told.covariate);
            }
        }
    }

    // Who has no prediction; returns how many had a value.
    std::int64_t leave_out_unpredicted(std::size_t trait, std::span<double> values) const {
        if (has_all_predictions(trait)) return 0;
        auto const predictions = predictors_.source->read(predictors_.positions[trait], 0);
        std::int64_t without = 0;
        base_.for_each([&](SampleIndex s) {
            if (!std::isnan(predictions[s.at()])) return;
            without += std::isnan(values[s.at()]) ? 0 : 1;
            values[s.at()] = std::numeric_limits<double>::quiet_NaN();
        });
        return without;
    }

    StoreTables const& tables_;
    std::span<ColumnReference const> traits_;
    TraitPredictors const& predictors_;
    SampleMask const& base_;
    std::vector<TraitModel> models_;
    TellingLevels levels_;
    std::vector<TraitCounts> counts_;
};

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

std::vector<Column> TraitLoader::load_covariates() const {
    std::vector<Column> covariates;
    for (auto const& chosen : covariates_) {
        covariates.push_back(load_column(tables_, chosen, candidates_.samples()));
    }
    return covariates;
}

FittedTraits<LinearNull> TraitLoader::fit(std::span<ColumnReference const> traits,
                                          TraitPredictors const& predictors,
                                          std::span<TraitModel const> models) const {
    auto const covariates = load_covariates();
    auto expanded = expand_covariates(covariates);
    auto const base = complete_samples(candidates_, expanded);
    std::vector<TraitModel> all{models.begin(), models.end()};
    if (models.empty()) all.assign(traits.size(), TraitModel::linear);
    CountingLoad load{tables_, traits, predictors, base, std::move(all), covariates};
    std::vector<TraitOutline> outlines;
    for (std::size_t t = 0; t < traits.size(); ++t) {
        outlines.push_back(
            {.name = traits[t].label,
             .values = load.is_complete(t) ? Completeness::every_sample : Completeness::unknown});
    }
    LinearNull null{candidates_, std::move(expanded), std::move(outlines), std::ref(load)};
    return load.describe(std::move(null));
}

FittedTraits<EventNull> TraitLoader::fit_events(std::span<ColumnReference const> traits,
                                                EventOptions const& options,
                                                TraitPredictors const& predictors) const {
    auto const covariates = load_covariates();
    auto const expanded = expand_covariates(covariates);
    auto const base = complete_samples(candidates_, expanded);
    std::vector<EventOutline> outlines;
    std::vector<TraitModel> models;
    for (auto const& trait : traits) {
        outlines.push_back({trait.label, trait.event ? Family::poisson : Family::bernoulli});
        models.push_back(trait.event ? TraitModel::cox : TraitModel::logistic);
    }
    CountingLoad load{tables_, traits, predictors, base, std::move(models), covariates};
    EventLoaders const loaders{.values = std::ref(load),
                               .events = [&](std::size_t trait, std::span<double> events) {
                                   load.load_events(trait, events);
                               }};
    EventNull null{candidates_, expanded, outlines, loaders, options};
    return load.describe(std::move(null));
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
