/// \file  The groups of an evaluation, and their replicates over ranks and threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "maniple/model/score_metrics.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/evaluation_data.hpp"
#include "maniple/run/evaluation_request.hpp"

namespace maniple {

/// Some people: all, or those of a factor's level.
struct EvaluatedGroup {
    std::string factor;  ///< Empty: everybody.
    std::string name;
    std::vector<std::size_t> places;  ///< In EvaluationData::people.
    bool suppressed = false;          ///< Too few to be told.
    bool hides_horizon = false;       ///< Nor is what depends on who has the event by the horizon.
    std::unique_ptr<ScoreMetrics> metrics;  ///< Null where suppressed or empty.
    std::vector<MetricValue> values;
    std::vector<std::vector<double>> replicates;  ///< Per value: one per replicate, or none.

    std::int64_t samples() const { return std::ssize(places); }
    std::int64_t cases() const;
    /// Is this metric of the group, or what is made of it, not told?
    bool hides(Metric metric) const;
};

/// Of a sample: divided by one less than there are.
double standard_deviation(std::span<double const> values);

/// Of people around the means of their own groups: the root of the sum of squares by people less
/// groups. Numbers added to a group's values change nothing. \pre there are more people than groups
double within_standard_deviation(std::span<std::span<double const> const> groups);

/// Samples, cases and controls of people; the samples alone for quantitative traits. What counts as
/// small is judged of these.
std::vector<std::int64_t> count_people(EvaluatedPeople const& people,
                                       std::vector<std::size_t> const& places);

/// The groups of one factor: [first, last) of all; the one without a name is everybody.
struct GroupRange {
    std::size_t first = 0;
    std::size_t last = 0;

    bool is_everybody() const { return first == 0; }
};
std::vector<GroupRange> factor_ranges(std::vector<EvaluatedGroup> const& groups);

/// For each of the people the number of a factor's group; all suppressed (or otherwise hidden) ones
/// are group 0, which everybody less the others gives.
using GroupsOfPeople = std::vector<std::int32_t>;
GroupsOfPeople number_groups(std::span<EvaluatedGroup const> groups, std::size_t people,
                             bool EvaluatedGroup::*hidden = &EvaluatedGroup::suppressed);

/// Everybody, then the levels of each factor; estimates made, replicates not. Suppressed are
/// small groups, what gives them away by subtraction within a factor, and groups of a factor that
/// do so together with groups of an earlier one. With a horizon, groups in which few have the event
/// by it, or later, or never, hide what depends on it, and so do others where these would show.
std::vector<EvaluatedGroup> make_groups(EvaluationData const& data,
                                        EvaluationRequest const& request);

/// Fill in the replicates and their intervals. Collective over comm; only the root gets them.
void bootstrap_groups(std::vector<EvaluatedGroup>& groups, EvaluationRequest const& request,
                      mpi::Communicator const& comm);

}  // namespace maniple
