#include "share_out.hpp"

#include <omp.h>

#include "maniple/run/agreement.hpp"
#include "maniple/run/first_failure.hpp"

namespace maniple {

void share_out(std::int64_t count, int threads, mpi::Communicator const& comm,
               std::function<void(int thread, std::int64_t place)> const& work) {
    FirstFailure failure;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (std::int64_t place = 0; place < count; ++place) {
        if (failure.get() != nullptr) continue;
        failure.guard([&] { work(omp_get_thread_num(), place); });
    }
    agree(comm, failure.get());
}

}  // namespace maniple
