/// \file  The groups of an evaluation, and their replicates over ranks and threads.
#pragma once

#include <cstdint>
#include <memory>
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
    std::vector<std::size_t> places;        ///< In EvaluationData::people.
    bool suppressed = false;                ///< Too few to be told.
    std::unique_ptr<ScoreMetrics> metrics;  ///< Null where suppressed or empty.
    std::vector<MetricValue> values;
    std::vector<std::vector<double>> replicates;  ///< Per value: one per replicate, or none.

    std::int64_t samples() const { return std::ssize(places); }
    std::int64_t cases() const;
};

/// Samples, cases and controls of people; the samples alone for quantitative traits. What counts as
/// small is judged of these.
std::vector<std::int64_t> count_people(EvaluatedPeople const& people,
                                       std::vector<std::size_t> const& places);

/// Everybody, then the levels of each factor; estimates made, replicates not.
std::vector<EvaluatedGroup> make_groups(EvaluationData const& data,
                                        EvaluationRequest const& request);

/// Fill in the replicates and their intervals. Collective over comm; only the root gets them.
void bootstrap_groups(std::vector<EvaluatedGroup>& groups, EvaluationRequest const& request,
                      mpi::Communicator const& comm);

}  // namespace maniple
