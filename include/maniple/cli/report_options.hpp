/// \file  The page that commands write about a run they have finished.
#pragma once

#include <boost/program_options.hpp>

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"

namespace maniple::cli {

/// --no-report.
void add_report_option(boost::program_options::options_description& group);

/// Write the page of --out, unless --no-report was given; rank zero does. \throws as
/// write_last_report.
void write_last_report_of(boost::program_options::variables_map const& values,
                          mpi::Communicator const& comm, Log& log);

}  // namespace maniple::cli
