#include "maniple/model/event_null.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "binary_trait.hpp"
#include "hazard_trait.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/core/error.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "tilted_lanes.hpp"
#include "trait_groups.hpp"

namespace maniple {
namespace {

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

std::string describe_few(char const* what, std::int64_t fewest) {
    return fmt::format(
        "has too few {} (fewer than {} among the samples analysed); check the table and the sample "
        "filters, or lower --min-cases",
        what, fewest);
}

}  // namespace

class EventNull::Fit {
public:
    Fit(EventNull& null, std::span<Covariate const> covariates,
        std::span<EventOutline const> traits, EventLoaders const& load, EventOptions const& options)
        : null_{null},
          covariates_{covariates},
          outlines_{traits},
          load_{load},
          options_{options},
          values_(place(null.samples())),
          events_(place(null.samples())) {}

    void run() {
        auto groups = group_traits();
        auto const most_rank = std::ssize(covariates_) + 1;
        null_.columns_ = FixedPointMatrix{null_.samples(), std::ssize(outlines_) * (most_rank + 1)};
        null_.weights_ = FixedPointMatrix{null_.samples(), std::ssize(outlines_)};
        for (auto& group : groups) fit_pattern(group);
        null_.columns_.truncate(next_column_);
        null_.weights_.truncate(std::ssize(null_.traits_));
        order_as_named();
    }

private:
    std::vector<TraitGroup> group_traits() {
        TraitGroups groups;
        for (std::size_t t = 0; t < outlines_.size(); ++t) {
            load_.values(t, values_);
            SampleMask mask{null_.samples()};
            null_.base().for_each([&](SampleIndex s) {
                if (!std::isnan(values_[s.at()])) mask.insert(s);
            });
            groups.add(t, std::move(mask));
        }
        return groups.take();
    }

    void fit_pattern(TraitGroup& group) {
        auto const made = make_basis(group.mask.list(), covariates_);
        EventPattern pattern{.mask = std::move(group.mask)};
        pattern.samples = std::ssize(made.samples);
        pattern.collinear = made.collinear;
        pattern.rank = made.basis.columns();
        null_.frame_->patterns.push_back(std::move(pattern));
        for (auto t : group.members) fit_trait(t, made);
        auto& kept = null_.frame_->patterns.back();
        if (kept.traits.empty()) {
            null_.frame_->patterns.pop_back();
            return;
        }
        auto const stride = null_.stride();
        kept.inside = AlignedBuffer<double>{stride};
        for (auto s : made.samples) kept.inside[s.get()] = 1;
        kept.basis = AlignedBuffer<float>{kept.rank * stride};
        for (std::int64_t c = 0; c < kept.rank; ++c) {
            auto const column = made.basis.column(c);
            for (std::size_t i = 0; i < made.samples.size(); ++i) {
                kept.basis[c * stride + made.samples[i].get()] = static_cast<float>(column[i]);
            }
        }
    }

    void fit_trait(std::size_t t, CovariateBasis const& made) {
        load_.values(t, values_);
        auto fitted =
            outlines_[t].family == Family::poisson ? fit_times(t, made) : fit_cases(t, made);
        if (!fitted.problem.empty()) {
            reject(t, std::move(fitted.problem));
            return;
        }
        auto& trait = fitted.trait;
        trait.name = outlines_[t].name;
        trait.pattern = PatternIndex{std::ssize(null_.frame_->patterns) - 1};
        trait.first_column = next_column_;
        trait.weight_column = std::ssize(null_.traits_);
        store_columns(fitted, null_.columns_, null_.weights_);
        next_column_ += std::ssize(fitted.columns);
        null_.frame_->patterns.back().traits.push_back(null_.traits_.size());
        null_.traits_.push_back(std::move(trait));
        input_position_.push_back(t);
    }

    std::int64_t fewest_cases() const { return std::max<std::int64_t>(options_.fewest_cases, 1); }

    FittedEventTrait fit_cases(std::size_t t, CovariateBasis const& made) {
        auto const outcome = outcome_of(t, made.samples);
        auto const controls = std::ssize(made.samples) - outcome.cases;
        auto const fewest = fewest_cases();
        if (std::min(outcome.cases, controls) < fewest) {
            return {.problem = describe_few(outcome.cases < fewest ? "cases" : "controls", fewest)};
        }
        std::vector<double> start(place(made.basis.columns()));
        auto const odds = static_cast<double>(outcome.cases) / static_cast<double>(controls);
        start[0] = portable_log(odds) * std::sqrt(static_cast<double>(made.samples.size()));
        return fit_binary_trait(made, outcome, std::move(start), null_.samples());
    }

    FittedEventTrait fit_times(std::size_t t, CovariateBasis const& made) {
        load_.events(t, events_);
        std::vector<double> times;
        std::vector<std::uint8_t> is_event;
        for (auto s : made.samples) {
            require_zero_or_one(t, events_[s.at()], "an event is 1, and 0 stands for a censoring");
            times.push_back(values_[s.at()]);
            is_event.push_back(events_[s.at()] == 1 ? 1 : 0);
        }
        if (std::ranges::count(is_event, 1) < fewest_cases()) {
            return {.problem = describe_few("events", fewest_cases())};
        }
        return fit_hazard_trait(made, {.times = times, .is_event = is_event, .offset = {}},
                                null_.samples());
    }

    void require_zero_or_one(std::size_t t, double value, char const* meaning) const {
        if (value == 0 || value == 1) return;
        throw UserError{
            fmt::format("trait '{}' has the value {} ({}); use another model, or recode it",
                        outlines_[t].name, value, meaning)};
    }

    CaseStatus outcome_of(std::size_t t, std::span<SampleIndex const> samples) {
        CaseStatus outcome{std::ssize(samples)};
        for (std::size_t i = 0; i < samples.size(); ++i) {
            double const value = values_[samples[i].at()];
            require_zero_or_one(t, value, "a binary trait is 0 for controls and 1 for cases");
            outcome.sign[i] = value == 1 ? 1 : -1;
            outcome.cases += value == 1 ? 1 : 0;
        }
        return outcome;
    }

    void reject(std::size_t t, std::string reason) {
        rejected_.emplace_back(t, RejectedTrait{outlines_[t].name, std::move(reason)});
    }

    /// Traits were fitted pattern by pattern; results come in the order of their names.
    void order_as_named() {
        std::vector<std::size_t> order(null_.traits_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [&](std::size_t i) { return input_position_[i]; });
        std::vector<std::size_t> position(order.size());
        std::vector<EventTrait> sorted;
        for (std::size_t i = 0; i < order.size(); ++i) {
            position[order[i]] = i;
            sorted.push_back(std::move(null_.traits_[order[i]]));
        }
        null_.traits_ = std::move(sorted);
        for (auto& pattern : null_.frame_->patterns) {
            for (auto& t : pattern.traits) t = position[t];
        }
        std::ranges::sort(rejected_, {}, [](auto const& r) { return r.first; });
        for (auto& rejected : rejected_) null_.rejected_.push_back(std::move(rejected.second));
    }

    EventNull& null_;
    std::span<Covariate const> covariates_;
    std::span<EventOutline const> outlines_;
    EventLoaders const& load_;
    EventOptions const& options_;
    std::vector<double> values_;
    std::vector<double> events_;
    std::int64_t next_column_ = 0;
    std::vector<std::size_t> input_position_;  // Of each trait fitted.
    std::vector<std::pair<std::size_t, RejectedTrait>> rejected_;
};

EventNull::EventNull(SampleMask const& candidates, std::span<Covariate const> covariates,
                     std::span<EventOutline const> traits, EventLoaders const& load,
                     EventOptions const& options)
    : frame_{std::make_shared<Frame>(complete_samples(candidates, covariates))},
      stride_{pad_samples(candidates.samples())} {
    if (base().count() == 0) {
        throw UserError{fmt::format(
            "no sample can be analysed (of {} samples kept, none has a value for every covariate); "
            "check the covariates and the sample filters",
            candidates.count())};
    }
    Fit{*this, covariates, traits, load, options}.run();
}

std::int64_t EventNull::bytes() const {
    auto total = own_bytes();
    for (auto const& pattern : patterns()) total += (4 * pattern.rank + 8) * stride_;
    return total;
}

std::int64_t EventNull::own_bytes() const {
    auto total = columns_.bytes() + weights_.bytes();
    for (auto const& trait : traits_) total += trait.bytes();
    return total;
}

}  // namespace maniple
