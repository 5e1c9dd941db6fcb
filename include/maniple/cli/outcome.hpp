/// \file  How a command ended, and how several ranks agree on it.
#pragma once

#include <functional>
#include <string>

#include "maniple/core/verdict.hpp"
#include "maniple/mpi/session.hpp"

namespace maniple::cli {

using Outcome = Verdict;

/// "maniple: <message>" on standard error; nothing for an empty message. Does not throw.
void print_error(std::string const& message);

/// Call `work`; every exception becomes a message and an exit code.
Outcome attempt(std::function<void()> const& work);

/// What standard output did with what was printed: an error when it did not take all of it.
Outcome check_standard_output();

/// Print the message once, however many ranks have it, and return the exit code of this process.
/// Where one rank failed while others wait for it in vain, all ranks are aborted. Collective over
/// the session's ranks.
int conclude(mpi::Session const& session, Outcome const& outcome);

}  // namespace maniple::cli
