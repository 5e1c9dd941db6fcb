/// \file  The ranks that this test program was started on: one, or as many as mpirun says.
#pragma once

#include "maniple/mpi/session.hpp"

namespace maniple::mpi {

inline Session const& session() {
    static Session const only;
    return only;
}

inline Communicator world() { return session().world(); }

}  // namespace maniple::mpi
