/// \file  Sums of scores over the genotypes of a store, by ranks and threads.
#pragma once

#include <cstdint>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/score_plan.hpp"

namespace maniple {

/// Samples x scores of integers, constants included: the same on every rank. Genotypes are read
/// once; blocks without rows of the plan are not. Collective over comm; every rank throws when one
/// fails or is asked to stop, which a StopRequest of the caller remembers.
AlignedBuffer<std::int64_t> sum_scores(ScorePlan const& plan, mpi::Communicator const& comm,
                                       Log& log);

}  // namespace maniple
