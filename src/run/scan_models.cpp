#include "maniple/run/scan_models.hpp"

#include <algorithm>
#include <utility>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

template <class T>
MatrixView<T> rows_of(MatrixView<T> all, std::int64_t first, std::int64_t count) {
    return {all.data() + first * all.row_stride(), count, all.columns(), all.row_stride()};
}

LinearTests rows_of(LinearTests const& all, Range<Index<struct RowAxis>> traits,
                    Range<Index<struct RowAxis>> patterns) {
    auto const of_traits = [&](auto view) {
        return rows_of(view, traits.first.get(), traits.size());
    };
    auto const of_patterns = [&](auto view) {
        return rows_of(view, patterns.first.get(), patterns.size());
    };
    return {.beta = of_traits(all.beta),
            .standard_error = of_traits(all.standard_error),
            .neg_log10_p = of_traits(all.neg_log10_p),
            .status = of_traits(all.status),
            .alternate_frequency = of_patterns(all.alternate_frequency),
            .samples = of_patterns(all.samples)};
}

using RowIndex = Index<struct RowAxis>;

/// The traits of one model, among all of a batch.
struct TraitsOfModel {
    std::vector<ColumnReference> columns;
    std::vector<std::size_t> positions;  // Of each in the batch.
    TraitPredictors predictors;

    void add(ColumnReference const& column, std::size_t position, TraitPredictors const& all) {
        columns.push_back(column);
        positions.push_back(position);
        predictors.source = all.source;
        if (all.source != nullptr) predictors.positions.push_back(all.positions[position]);
    }
};

/// A trait that was fitted.
struct AcceptedTrait {
    std::size_t position;
    TraitModel model;
    TraitCounts counts;
};

template <class Null>
void add_accepted(FittedTraits<Null> const& fitted, TraitsOfModel const& asked,
                  std::span<TraitModel const> models, std::vector<AcceptedTrait>& all) {
    for (std::size_t t = 0; t < fitted.accepted.size(); ++t) {
        auto const position = asked.positions[fitted.accepted[t]];
        all.push_back({position, models[position], fitted.counts[t]});
    }
}

}  // namespace

UnitLayout::UnitLayout(LinearNull const& linear, EventNull const* events,
                       std::span<TraitModel const> models)
    : linear_traits_{std::ssize(linear.traits())},
      linear_patterns_{std::ssize(linear.patterns())},
      patterns_{linear_patterns_ + (events != nullptr ? std::ssize(events->patterns()) : 0)},
      trait_of_row_(models.size(), TraitIndex{0}) {
    std::size_t next_linear = 0;
    std::size_t next_event = 0;
    for (auto model : models) {
        Place place;
        if (model == TraitModel::linear) {
            expect(next_linear < linear.traits().size(), "the linear model has this trait");
            place = {.row = static_cast<std::int64_t>(next_linear),
                     .pattern = linear.traits()[next_linear].pattern.get()};
            ++next_linear;
        } else {
            expect(events != nullptr && next_event < events->traits().size(),
                   "the model of events has this trait");
            place = {.row = linear_traits_ + static_cast<std::int64_t>(next_event),
                     .pattern = linear_patterns_ + events->traits()[next_event].pattern.get()};
            ++next_event;
        }
        trait_of_row_[static_cast<std::size_t>(place.row)] = TraitIndex{std::ssize(places_)};
        places_.push_back(place);
    }
    expect(next_linear == linear.traits().size() &&
               next_event == (events != nullptr ? events->traits().size() : 0),
           "the batch has every trait of its models");
}

LinearTests UnitLayout::of_linear(LinearTests const& all) const {
    return rows_of(all, {RowIndex{0}, RowIndex{linear_traits_}},
                   {RowIndex{0}, RowIndex{linear_patterns_}});
}

LinearTests UnitLayout::of_events(LinearTests const& all) const {
    return rows_of(all, {RowIndex{linear_traits_}, RowIndex{traits()}},
                   {RowIndex{linear_patterns_}, RowIndex{patterns_}});
}

FittedBatch fit_batch(TraitLoader const& loader, std::span<ColumnReference const> columns,
                      std::span<TraitModel const> models, EventOptions const& options,
                      TraitPredictors const& predictors) {
    expect(models.size() == columns.size(), "every trait has a model");

    TraitsOfModel linear;
    TraitsOfModel of_events;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        (models[c] == TraitModel::linear ? linear : of_events).add(columns[c], c, predictors);
    }
    auto fitted = loader.fit(linear.columns, linear.predictors);
    std::vector<AcceptedTrait> all;
    add_accepted(fitted, linear, models, all);
    auto const refused = fitted.null.rejected();
    std::vector<RejectedTrait> rejected{refused.begin(), refused.end()};
    std::optional<EventNull> null;
    if (!of_events.columns.empty()) {
        auto events = loader.fit_events(of_events.columns, options, of_events.predictors);
        add_accepted(events, of_events, models, all);
        auto const more = events.null.rejected();
        rejected.insert(rejected.end(), more.begin(), more.end());
        if (!events.null.traits().empty()) null = std::move(events.null);
    }
    std::ranges::sort(all, {}, &AcceptedTrait::position);
    std::vector<TraitModel> kinds;
    std::vector<std::size_t> accepted;
    std::vector<TraitCounts> counts;
    for (auto const& trait : all) {
        kinds.push_back(trait.model);
        accepted.push_back(trait.position);
        counts.push_back(trait.counts);
    }
    UnitLayout layout{fitted.null, null ? &*null : nullptr, kinds};
    return {.models = {.linear = std::move(fitted.null),
                       .events = std::move(null),
                       .layout = std::move(layout)},
            .accepted = std::move(accepted),
            .kinds = std::move(kinds),
            .counts = std::move(counts),
            .rejected = std::move(rejected)};
}

}  // namespace maniple
