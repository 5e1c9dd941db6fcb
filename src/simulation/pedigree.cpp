#include "maniple/simulation/pedigree.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

// A large group and smaller ones, as biobanks have them; the first `ancestries` are used.
constexpr std::array<double, 5> group_weights{1, 0.25, 0.15, 0.1, 0.1};

std::int64_t draw_group(std::int64_t ancestries, RandomStream& stream) {
    auto const last = group_weights.begin() + ancestries;
    double left = stream.uniform() * std::accumulate(group_weights.begin(), last, 0.0);
    std::int64_t group = 0;
    while (group + 1 < ancestries && left >= group_weights[static_cast<std::size_t>(group)]) {
        left -= group_weights[static_cast<std::size_t>(group++)];
    }
    return group;
}

}  // namespace

Pedigree::Pedigree(GenotypePlan const& plan)
    : families_{std::llround(plan.relatives * static_cast<double>(plan.samples)) / family_size},
      ancestries_{plan.ancestries} {
    // A partial shuffle chooses the members of families; the others keep their order.
    auto const related = families_ * family_size;
    for (SampleIndex s{0}; s < SampleIndex{plan.samples}; ++s) members_.push_back(s);
    RandomStream shuffle{plan.seed, Purpose::pedigree, 0};
    for (std::int64_t i = 0; i < related; ++i) {
        auto const others = static_cast<std::uint64_t>(plan.samples - i);
        auto const chosen = i + static_cast<std::int64_t>(shuffle.below(others));
        std::swap(members_[static_cast<std::size_t>(i)],
                  members_[static_cast<std::size_t>(chosen)]);
    }
    std::sort(members_.begin() + related, members_.end());

    auto const count = families_ + plan.samples - related;
    household_of_.resize(members_.size(), HouseholdIndex{0});
    samples_.families.resize(members_.size());
    RandomStream ancestry{plan.seed, Purpose::pedigree, 1};
    for (HouseholdIndex household{0}; household < HouseholdIndex{count}; ++household) {
        ancestry_.push_back(draw_group(plan.ancestries, ancestry));
        for (auto sample : members(household)) {
            household_of_[sample.at()] = household;
            samples_.families[sample.at()] = fmt::format("F{:07}", household.get() + 1);
        }
    }
    for (std::int64_t s = 0; s < plan.samples; ++s) {
        samples_.ids.push_back(fmt::format("S{:07}", s + 1));
        RandomStream sex{plan.seed, Purpose::sex, static_cast<std::uint64_t>(s)};
        samples_.sexes.push_back(sex.below(2) == 0 ? Sex::male : Sex::female);
    }
}

std::span<SampleIndex const> Pedigree::members(HouseholdIndex household) const {
    auto const h = household.get();
    bool const is_family = h < families_;
    auto const first = is_family ? h * family_size : h + families_ * (family_size - 1);
    return std::span{members_}.subspan(static_cast<std::size_t>(first),
                                       is_family ? family_size : 1);
}

std::vector<std::int64_t> Pedigree::group_sizes() const {
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(ancestries_));
    for (auto household : household_of_) ++sizes[static_cast<std::size_t>(ancestry(household))];
    return sizes;
}

}  // namespace maniple
