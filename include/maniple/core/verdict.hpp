/// \file  What an exception means for the person who runs the program.
#pragma once

#include <exception>
#include <string>

#include "maniple/core/error.hpp"

namespace maniple {

/// Exit code and message of a failure.
struct Verdict {
    ExitCode code = ExitCode::success;
    std::string message;  ///< Empty after success.
};

/// An Error has its own; lack of memory and refusals of the operating system belong to the
/// environment; everything else is a bug in this program. \pre failure is set
Verdict judge(std::exception_ptr failure);

}  // namespace maniple
