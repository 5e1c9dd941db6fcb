/// \file  How many threads a process starts.
#pragma once

namespace maniple {

/// `asked`, or where it is 0 as many as OpenMP would start: OMP_NUM_THREADS, else the CPUs that
/// this process is bound to. \pre asked >= 0
int available_threads(int asked);

}  // namespace maniple
