/// \file  How ranks that do not wait for each other learn that all are done, or that one is in
/// trouble.
#pragma once

#include <cstdint>

#include "maniple/core/stopwatch.hpp"
#include "maniple/mpi/communicator.hpp"

namespace maniple {

/// Ranks compare their state again and again while they work, and nobody waits for an answer: the
/// comparisons go on in the background. All ranks see the same comparisons and leave after the same
/// one.
class RankPulse {
public:
    enum class Trouble : std::int64_t { none, stop, failure };  ///< The worse the larger.

    explicit RankPulse(mpi::Communicator const& comm) : comm_{comm} {}

    /// Say how this rank is, and look whether all ranks leave: because every one has finished, or
    /// any is in trouble. Every rank calls it until it is true; the MPI thread, between its tasks.
    bool beat(Trouble own, bool finished);

    /// The worst of any rank. \pre beat was true
    Trouble trouble() const { return trouble_; }

private:
    mpi::Communicator comm_;
    mpi::PendingMax comparison_;
    Trouble trouble_ = Trouble::none;
    bool left_ = false;
    Trouble said_ = Trouble::none;
    bool said_finished_ = false;
    Stopwatch since_last_;
};

}  // namespace maniple
