/// \file  Ranks that fail together.
#pragma once

#include <exception>
#include <functional>

#include "maniple/mpi/communicator.hpp"

namespace maniple {

/// Go on only if every rank can: where `failure` is set on any rank, every rank throws the error of
/// the lowest such rank, so that nobody waits for one that has left. Collective over comm. \throws
/// Error with that rank's code and message; std::runtime_error for what is no Error.
void agree(mpi::Communicator const& comm, std::exception_ptr failure);

/// Run `work` and agree on how it went. Collective over comm; `work` itself need not be.
void together(mpi::Communicator const& comm, std::function<void()> const& work);

}  // namespace maniple
