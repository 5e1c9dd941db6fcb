/// \file  Work that the threads of a rank share. Private to this module.
#pragma once

#include <cstdint>
#include <functional>

#include "maniple/mpi/communicator.hpp"

namespace maniple {

/// Do `work` for each place from 0 to count - 1: every thread takes the next one as soon as it is
/// free, so that places are begun in order. After a failure no more are begun. `thread` is below
/// `threads`. Collective over comm. \throws what any rank's work throws.
void share_out(std::int64_t count, int threads, mpi::Communicator const& comm,
               std::function<void(int thread, std::int64_t place)> const& work);

}  // namespace maniple
