// How the traits of a scan are shared out into batches that fit the memory.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/scan_plan.hpp"

namespace maniple {
namespace {

// What a pass leaves to the next: memory in heaps, the places of what was spooled.
constexpr std::int64_t between_passes = 8'000'000;

std::string in_megabytes(std::int64_t bytes) {
    constexpr std::int64_t megabyte = 1'000'000;
    return fmt::format("{}M", (bytes + megabyte - 1) / megabyte);
}

}  // namespace

// What a batch needs, as traits are added to it.
class ScanPlan::BatchNeeds {
public:
    /// \param left  by a pass to the next [bytes].
    BatchNeeds(ScanPlan const& plan, ScanMemory const& memory, std::int64_t left)
        : memory_{&memory},
          left_{left},
          covariates_{plan.expanded_covariates_},
          columns_{plan.expanded_covariates_} {}

    std::int64_t with(PlannedTrait const& trait) const {
        bool const known = patterns_.contains(pattern_of(trait));
        return left_ + memory_->of_batch(traits_ + 1, std::ssize(patterns_) + (known ? 0 : 1),
                                         columns_ + own_columns_of(trait), covariates_);
    }

    void add(PlannedTrait const& trait) {
        columns_ += own_columns_of(trait);
        patterns_.insert(pattern_of(trait));
        ++traits_;
    }

private:
    // A pattern has arrays of its own in each kind of model.
    static std::uint64_t pattern_of(PlannedTrait const& trait) {
        return trait.pattern ^ (trait.model == TraitModel::linear ? 0 : ~0ULL);
    }
    std::int64_t own_columns_of(PlannedTrait const& trait) const {
        return (patterns_.contains(pattern_of(trait)) ? 0 : trait.columns) + trait.more_columns;
    }

    ScanMemory const* memory_;
    std::int64_t left_;
    std::int64_t covariates_;  // Those of the base.
    std::int64_t columns_;
    std::int64_t traits_ = 0;
    std::set<std::uint64_t> patterns_;
};

// Greedily, in order: the next trait begins a batch where it does not fit into the last one.
void ScanPlan::make_batches(TraitIndex from, Passes passes) {
    auto const left = passes == Passes::several ? between_passes : 0;
    auto const memory = memory_model();
    auto const limit = limits_.memory;
    std::int64_t least = 0;
    auto first = from;
    BatchNeeds needs{*this, memory, left};
    for (auto t = from; t.get() < traits(); ++t) {
        auto bytes = needs.with(traits_[t.at()]);
        if (t != first && bytes > limit) {
            batches_.push_back({first, t});
            first = t;
            needs = BatchNeeds{*this, memory, left};
            bytes = needs.with(traits_[t.at()]);
        }
        if (t == first) least = std::max(least, bytes);
        memory_ = std::max(memory_, bytes);
        needs.add(traits_[t.at()]);
    }
    batches_.push_back({first, TraitIndex{traits()}});
    if (least > limit) {
        if (fitted_ && fitted_->layout.traits() == traits()) {
            least = std::min(least, memory.of_batch(*fitted_));
        }
        // What a process holds at rest is not the same twice.
        constexpr std::int64_t margin = 1'000'000;
        throw UserError{fmt::format(
            "memory of {} for each rank is not enough (one trait at a time takes {} with {} "
            "samples); give at least --memory {}, or fewer threads or ranks",
            in_megabytes(limit), in_megabytes(least), cohort_.samples().size(),
            in_megabytes(least + margin))};
    }
}

ScanMemory ScanPlan::memory_model() const {
    return {cohort_, blocks_, traits(), request_.missing, limits_, offset_extent(), events_};
}

void ScanPlan::go_on_after(std::span<Range<TraitIndex> const> complete, Range<TraitIndex> begun) {
    auto done = std::vector<Range<TraitIndex>>{complete.begin(), complete.end()};
    if (begun.size() > 0 && nearly_fits(begun)) done.push_back(begun);
    bool const as_planned = done.size() <= batches_.size() &&
                            std::ranges::equal(done, std::span{batches_}.first(done.size()));
    if (as_planned) return;
    expect(done.front().first == TraitIndex{0} && done.back().last.get() <= traits(),
           "batches begin with the first trait");

    fitted_.reset();
    batches_ = std::move(done);
    auto const next = batches_.back().last;
    if (next.get() < traits()) make_batches(next, Passes::several);
}

// What a process holds at rest is not the same twice.
bool ScanPlan::nearly_fits(Range<TraitIndex> batch) const {
    auto const memory = memory_model();
    BatchNeeds needs{*this, memory, between_passes};
    std::int64_t bytes = 0;
    for (auto t = batch.first; t != batch.last; ++t) {
        bytes = needs.with(traits_[t.at()]);
        needs.add(traits_[t.at()]);
    }
    return bytes <= limits_.memory + limits_.memory / 20;
}

}  // namespace maniple
