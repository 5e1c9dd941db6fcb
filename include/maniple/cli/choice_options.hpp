/// \file  Options that choose samples and variants, alike in every command.
#pragma once

#include <boost/program_options.hpp>

#include "maniple/run/sample_choice.hpp"
#include "maniple/run/scan_plan.hpp"
#include "maniple/run/variant_choice.hpp"

namespace maniple::cli {

/// --keep and --remove.
void add_sample_options(boost::program_options::options_description& group);
SampleFiles sample_files_of(boost::program_options::variables_map const& values);

/// --extract, --exclude, --chr; --min-maf, --min-mac, --max-missing, --hwe.
void add_variant_options(boost::program_options::options_description& group);
VariantFiles variant_files_of(boost::program_options::variables_map const& values);
/// \throws UserError where a limit is out of its range.
VariantFilter variant_filter_of(boost::program_options::variables_map const& values);

}  // namespace maniple::cli
