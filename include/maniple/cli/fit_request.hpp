/// \file  From the options of `maniple fit` to what it is asked for.
#pragma once

#include <boost/program_options.hpp>

#include "maniple/run/fit_plan.hpp"

namespace maniple::cli {

/// \param values  every option of fit_command that was given or has a default.
/// \throws UserError naming the option that cannot be met.
FitRequest fit_request_of(boost::program_options::variables_map const& values);

}  // namespace maniple::cli
