/// \file  What each subcommand of `maniple` gives the command line.
#pragma once

#include <span>
#include <string_view>

#include <boost/program_options.hpp>

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"

namespace maniple::cli {

/// Does several ranks together, or rank zero alone while the others leave at once?
enum class Ranks { all, root_only };

/// One subcommand: its options, and a function that turns them into a plan and runs it.
struct Command {
    std::string_view name;
    std::string_view summary;   ///< One line for `maniple --help`.
    std::string_view usage;     ///< After "maniple <name> ", e.g. "STORE [--json]".
    std::string_view examples;  ///< Lines for the end of `maniple <name> --help`.
    Ranks ranks;
    std::string_view positional;  ///< Option that a bare word sets; empty: none.
    boost::program_options::options_description (*options)();
    /// Every option that was given or has a default is in `values`. Results a person asked for go
    /// to standard output, everything else to `log`. \throws Error.
    void (*execute)(boost::program_options::variables_map const& values,
                    mpi::Communicator const& communicator, Log& log);
};

/// All subcommands in the order of the help text.
std::span<Command const* const> commands();

extern Command const import_command;
extern Command const simulate_command;
extern Command const info_command;
extern Command const verify_command;
extern Command const scan_command;
extern Command const merge_command;
extern Command const fit_command;
extern Command const score_command;
extern Command const explain_command;
extern Command const evaluate_command;
extern Command const export_command;
extern Command const report_command;
extern Command const doctor_command;
extern Command const slurm_script_command;
extern Command const plan_genome_command;

/// Parse, run, and turn every exception into a message and an exit code. Owns the MPI session.
int run_command_line(int argc, char** argv);

}  // namespace maniple::cli
