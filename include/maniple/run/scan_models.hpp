/// \file  The null models of one batch of a scan's traits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/model/event_null.hpp"
#include "maniple/model/event_scan.hpp"
#include "maniple/model/linear_null.hpp"
#include "maniple/run/model_choice.hpp"
#include "maniple/run/trait_counts.hpp"
#include "maniple/run/trait_loader.hpp"

namespace maniple {

/// Where arrays hold the numbers of a batch's traits: those of linear models first, then those of
/// events (logistic and Cox), each in the order of its null model, and so their patterns.
class UnitLayout {
public:
    struct Place {
        std::int64_t row = 0;      ///< Of arrays by trait.
        std::int64_t pattern = 0;  ///< Row of arrays by pattern.
    };

    /// \param models  of the batch's traits, in order: as many of each kind as its null model has.
    UnitLayout(LinearNull const& linear, EventNull const* events,
               std::span<TraitModel const> models);

    std::int64_t traits() const { return std::ssize(places_); }
    std::int64_t patterns() const { return patterns_; }
    std::int64_t linear_traits() const { return linear_traits_; }
    std::int64_t linear_patterns() const { return linear_patterns_; }
    Place place(TraitIndex in_batch) const { return places_[in_batch.at()]; }
    TraitIndex trait_of_row(std::int64_t row) const {
        return trait_of_row_[static_cast<std::size_t>(row)];
    }

    /// The rows of one model's traits and patterns.
    LinearTests of_linear(LinearTests const& all) const;
    LinearTests of_events(LinearTests const& all) const;

private:
    std::int64_t linear_traits_;
    std::int64_t linear_patterns_;
    std::int64_t patterns_;
    std::vector<Place> places_;
    std::vector<TraitIndex> trait_of_row_;
};

/// Immutable once fitted.
struct ScanModels {
    LinearNull linear;                ///< Perhaps without traits.
    std::optional<EventNull> events;  ///< Of logistic and Cox regressions; nothing without any.
    UnitLayout layout;
};

/// Traits of a scan, fitted.
struct FittedBatch {
    ScanModels models;
    std::vector<std::size_t> accepted;  ///< Positions among those asked for, in order.
    std::vector<TraitModel> kinds;      ///< Of these,
    std::vector<TraitCounts> counts;    ///< and their people.
    std::vector<RejectedTrait> rejected;
};

/// Fit every trait by its model. \param predictors  of all traits alike. \throws as TraitLoader.
FittedBatch fit_batch(TraitLoader const& loader, std::span<ColumnReference const> columns,
                      std::span<TraitModel const> models, EventOptions const& options,
                      TraitPredictors const& predictors);

}  // namespace maniple
