/// \file  Options that choose samples and variants, alike in every command.
#pragma once

#include <string>
#include <vector>

#include <boost/program_options.hpp>

#include "maniple/run/sample_choice.hpp"
#include "maniple/run/scan_plan.hpp"
#include "maniple/run/variant_choice.hpp"

namespace maniple::cli {

/// --keep and --remove.
void add_sample_options(boost::program_options::options_description& group);
SampleFiles sample_files_of(boost::program_options::variables_map const& values);

/// What a family of options chooses variants for.
enum class VariantFamily {
    analysed,    ///< --extract, --exclude, --chr; --min-maf, --min-mac, --max-missing, --hwe.
    predicting,  ///< --whole-genome-variants, then the same names behind --whole-genome-.
};
void add_variant_options(boost::program_options::options_description& group,
                         VariantFamily family = VariantFamily::analysed);
VariantFiles variant_files_of(boost::program_options::variables_map const& values,
                              VariantFamily family = VariantFamily::analysed);
/// \throws UserError where a limit is out of its range.
VariantFilter variant_filter_of(boost::program_options::variables_map const& values,
                                VariantFamily family = VariantFamily::analysed);
/// The names of a family's options, without dashes.
std::vector<std::string> variant_option_names(VariantFamily family);

}  // namespace maniple::cli
