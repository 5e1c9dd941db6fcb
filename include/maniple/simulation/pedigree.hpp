/// \file  The people of a simulated cohort: families, ancestry, sex.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/simulation/simulation_plan.hpp"
#include "maniple/trait/samples.hpp"

namespace maniple {

using HouseholdIndex = Index<struct HouseholdAxis>;  ///< One family or one unrelated person.

/// Members of each simulated family: two pairs of siblings, who are cousins of the other pair.
inline constexpr std::int64_t family_size = 4;

/// Who is related to whom. A family is a couple with two children who each marry an outsider and
/// have two children; these four are in the cohort, at random places. All others are unrelated.
class Pedigree {
public:
    /// \pre   plan is valid
    explicit Pedigree(GenotypePlan const& plan);

    Samples const& samples() const { return samples_; }

    std::int64_t households() const { return std::ssize(ancestry_); }
    std::int64_t families() const { return families_; }  ///< They are the first households.

    /// Members by their position in the cohort: `family_size`, the first two and the last two being
    /// siblings, or 1.
    std::span<SampleIndex const> members(HouseholdIndex household) const;
    std::int64_t ancestry(HouseholdIndex household) const { return ancestry_[household.at()]; }
    HouseholdIndex household(SampleIndex sample) const { return household_of_[sample.at()]; }

    /// Samples of each ancestry group.
    std::vector<std::int64_t> group_sizes() const;

private:
    std::int64_t families_;
    std::int64_t ancestries_;
    std::vector<SampleIndex> members_;
    std::vector<HouseholdIndex> household_of_;
    std::vector<std::int64_t> ancestry_;
    Samples samples_;
};

}  // namespace maniple
