#include "maniple/cli/choice_options.hpp"

#include <string>

#include "maniple/cli/option_values.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

auto path() { return po::value<std::string>()->value_name("F"); }

}  // namespace

void add_sample_options(po::options_description& group) {
    group.add_options()                                                               //
        ("keep", path(), "file of samples to keep: IID, or FID and IID, one a line")  //
        ("remove", path(), "file of samples to leave out");
}

SampleFiles sample_files_of(po::variables_map const& values) {
    return {.keep = text_of(values, "keep"), .remove = text_of(values, "remove")};
}

void add_variant_options(po::options_description& group) {
    auto const number = [](double value, char const* shown) {
        return po::value<double>()->default_value(value, shown)->value_name("X");
    };
    group.add_options()                                                 //
        ("extract", path(), "file of variant IDs to keep, one a line")  //
        ("exclude", path(), "file of variant IDs to leave out")         //
        ("chr", po::value<Words>()->multitoken()->value_name("C..."),
         "chromosomes and ranges: 1-5,X")                                                   //
        ("min-maf", number(0, "0"), "smallest minor allele frequency in the samples used")  //
        ("min-mac", number(0, "0"), "smallest minor allele count")                          //
        ("max-missing", number(1, "1"), "largest share of missing genotypes")               //
        ("hwe", number(0, "0"), "smallest p of the exact Hardy-Weinberg test");
}

VariantFiles variant_files_of(po::variables_map const& values) {
    return {.extract = text_of(values, "extract"),
            .exclude = text_of(values, "exclude"),
            .chromosomes = words_of(values, "chr")};
}

VariantFilter variant_filter_of(po::variables_map const& values) {
    constexpr double no_limit = 1e18;
    return {.min_maf = bounded(values, "min-maf", 0.0, 0.5),
            .min_mac = bounded(values, "min-mac", 0.0, no_limit),
            .max_missing = bounded(values, "max-missing", 0.0, 1.0),
            .min_hwe_p = bounded(values, "hwe", 0.0, 1.0)};
}

}  // namespace maniple::cli
