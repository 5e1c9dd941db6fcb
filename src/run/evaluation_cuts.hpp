/// \file  Which tables and thresholds of an evaluation may be told.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "evaluation_groups.hpp"
#include "maniple/run/cut_ledger.hpp"

namespace maniple {

/// What people are put in order by.
enum class PeopleOrder : std::uint8_t { score, prediction };

/// On which side of a cut those are who equal it.
enum class EqualSide : std::uint8_t { below, above };

struct PeopleCut {
    double at = 0;
    EqualSide equal = EqualSide::below;
};

/// What is told: people, cases and controls; with the events by the horizon and after it; or people
/// alone.
enum class CutDetail : std::uint8_t { classes, events_by_horizon, people };

/// Everything that is told of people on either side of a cut is asked for here, in the order in
/// which it is told. Each set of people (everybody, each group, and together the suppressed groups
/// of a factor, which everybody less the others gives) has one ledger for the score and one for the
/// prediction; one for both where they order these people alike.
class ToldCuts {
public:
    ToldCuts(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
             EvaluationRequest const& request);

    /// May a table with these cuts be told of everybody, or of all groups of a factor? Those of
    /// groups add up to everybody's, and so may only what was told of everybody. If it may, it
    /// counts as told from then on. Not what groups of another factor, cut alike, would complete to
    /// a small count. \pre people alone are asked for of everybody
    bool tell(GroupRange range, PeopleOrder order, std::span<PeopleCut const> cuts,
              CutDetail detail = CutDetail::classes);

private:
    // The ledgers of some people, by one order.
    struct OrderedPeople {
        std::vector<std::size_t> places;
        std::vector<double> ascending;
        CutLedger classes;
        std::optional<CutLedger> events;  // By the horizon, later, never.
        std::optional<CutLedger> people;  // Of everybody: all cuts, whatever they tell.
    };
    enum class Agreement : std::uint8_t { none, rising, falling };
    struct PeopleSet {
        std::size_t first = 0;  // Of the factor's groups.
        Agreement agreement = Agreement::none;
        OrderedPeople by_score;
        std::optional<OrderedPeople> by_prediction;
    };
    // Where a cut goes to.
    struct Asked {
        std::vector<CutLedger*> ledgers;
        std::vector<std::vector<std::int64_t>> cuts;  // Of each.
    };

    // Its groups, and where everybody's ledgers were cut to tell of them.
    struct Factor {
        std::size_t first = 0;
        GroupsOfPeople groups;
        std::map<CutLedger const*, std::set<std::int64_t>> told;
    };

    void add_set(std::size_t first, std::vector<std::size_t> const& places);
    OrderedPeople put_in_order(std::vector<std::size_t> const& places,
                               std::vector<double> const& values) const;
    bool allows_between(Factor const& factor, CutLedger const& ledger,
                        std::vector<std::int64_t> const& cuts) const;
    std::vector<std::int32_t> classes_between(CutLedger const& ledger,
                                              std::vector<std::int64_t> const& cuts) const;
    std::uint8_t class_of(std::size_t place) const;
    std::uint8_t event_of(std::size_t place) const;
    Agreement agreement_of(std::vector<std::size_t> const& places) const;
    static Asked ask(PeopleSet& set, PeopleOrder order, std::span<PeopleCut const> cuts,
                     CutDetail detail);

    EvaluationData const& data_;
    EvaluationRequest const& request_;
    std::vector<PeopleSet> sets_;  // Everybody first.
    std::vector<Factor> factors_;
};

}  // namespace maniple
