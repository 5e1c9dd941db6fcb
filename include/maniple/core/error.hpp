/// \file  What can go wrong outside this program, and the exit code each kind ends with.
#pragma once

#include <stdexcept>
#include <string>

namespace maniple {

/// Exit codes of the `maniple` binary, a promise to scripts.
enum class ExitCode : int {
    success = 0,        ///< Everything that was asked for is in the output.
    user_error = 2,     ///< An option or an input file is wrong.
    environment = 3,    ///< The machine refused: disk full, no permission, MPI.
    corrupt_input = 4,  ///< A store or result file fails its checksum or structure.
    contract = 70,      ///< A bug in this program.
    stopped = 75,       ///< Stopped by a signal; the same command goes on.
};

/// Base of the errors a person can act on. Messages read
/// "what is wrong (why); what to do", with file, line or dataset.
class Error : public std::runtime_error {
public:
    Error(ExitCode code, std::string const& message) : std::runtime_error{message}, code_{code} {}
    ExitCode code() const { return code_; }

private:
    ExitCode code_;
};

/// An option, a job file or an input file is wrong.
class UserError : public Error {
public:
    explicit UserError(std::string const& message) : Error{ExitCode::user_error, message} {}
};

/// The operating system or a library refused an operation.
class EnvironmentError : public Error {
public:
    explicit EnvironmentError(std::string const& message) : Error{ExitCode::environment, message} {}
};

/// A file of ours does not hold what it held when it was written.
class CorruptInput : public Error {
public:
    explicit CorruptInput(std::string const& message) : Error{ExitCode::corrupt_input, message} {}
};

}  // namespace maniple
