/// \file  Which cuts through people in order may be told.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

namespace maniple {

/// What is known of some people in ascending order: how many of each class are below each cut that
/// was told. Two cuts tell of the people between them, whatever tables they belong to; so cuts are
/// told only while no class has a small count (`is_small`) between neighbours.
class CutLedger {
public:
    /// \param classes  of the people in ascending order: 0 and 1 of controls and cases, or more.
    /// \pre limit >= 1
    CutLedger(std::span<std::uint8_t const> classes, std::int64_t limit);

    /// Would all counts between neighbours stay large, or none, if these were told as well?
    /// \param cuts  numbers of people below each. \pre 0 <= each cut <= people
    bool allows(std::span<std::int64_t const> cuts) const;

    /// Were all of these told?
    bool knows(std::span<std::int64_t const> cuts) const;

    /// \pre allows(cuts)
    void tell(std::span<std::int64_t const> cuts);

private:
    bool is_safe(std::set<std::int64_t> const& cuts) const;

    std::int64_t limit_;
    std::vector<std::vector<std::int64_t>> below_;  // Per class, and number of people.
    std::set<std::int64_t> told_;                   // Nobody and everybody from the start.
};

}  // namespace maniple
