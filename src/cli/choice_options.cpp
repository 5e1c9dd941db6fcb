#include "maniple/cli/choice_options.hpp"

#include <string>

#include "maniple/cli/option_values.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

struct VariantNames {
    std::string extract;
    std::string exclude;
    std::string chromosomes;
    std::string min_maf;
    std::string min_mac;
    std::string max_missing;
    std::string hwe;
};

VariantNames names_of(VariantFamily family) {
    bool const predict = family == VariantFamily::predicting;
    std::string const prefix = predict ? "whole-genome-" : "";
    return {.extract = prefix + (predict ? "variants" : "extract"),
            .exclude = prefix + "exclude",
            .chromosomes = prefix + "chr",
            .min_maf = prefix + "min-maf",
            .min_mac = prefix + "min-mac",
            .max_missing = prefix + "max-missing",
            .hwe = prefix + "hwe"};
}

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

void add_variant_options(po::options_description& group, VariantFamily family) {
    auto const names = names_of(family);
    bool const predict = family == VariantFamily::predicting;
    auto const number = [](double value, char const* shown) {
        return po::value<double>()->default_value(value, shown)->value_name("X");
    };
    auto const add = [&](std::string const& name, po::value_semantic* value, char const* analysed,
                         char const* predicting) {
        group.add_options()(name.c_str(), value, predict ? predicting : analysed);
    };
    add(names.extract, path(), "file of variant IDs to keep, one a line",
        "file of IDs of the variants that predict, one a line (default: all of the store)");
    add(names.exclude, path(), "file of variant IDs to leave out",
        "file of IDs of variants that do not predict");
    add(names.chromosomes, po::value<Words>()->multitoken()->value_name("C..."),
        "chromosomes and ranges: 1-5,X", "chromosomes whose variants predict: 1-22");
    add(names.min_maf, predict ? number(0.01, "0.01") : number(0, "0"),
        "smallest minor allele frequency in the samples used",
        "smallest minor allele frequency of the variants that predict");
    add(names.min_mac, number(0, "0"), "smallest minor allele count",
        "their smallest minor allele count");
    add(names.max_missing, number(1, "1"), "largest share of missing genotypes",
        "their largest share of missing genotypes");
    add(names.hwe, number(0, "0"), "smallest p of the exact Hardy-Weinberg test",
        "their smallest p of the exact Hardy-Weinberg test");
}

VariantFiles variant_files_of(po::variables_map const& values, VariantFamily family) {
    auto const names = names_of(family);
    return {.extract = text_of(values, names.extract.c_str()),
            .exclude = text_of(values, names.exclude.c_str()),
            .chromosomes = words_of(values, names.chromosomes.c_str()),
            .names = {.extract = "--" + names.extract,
                      .exclude = "--" + names.exclude,
                      .chromosomes = "--" + names.chromosomes}};
}

VariantFilter variant_filter_of(po::variables_map const& values, VariantFamily family) {
    constexpr double no_limit = 1e18;
    auto const names = names_of(family);
    return {.min_maf = bounded(values, names.min_maf.c_str(), 0.0, 0.5),
            .min_mac = bounded(values, names.min_mac.c_str(), 0.0, no_limit),
            .max_missing = bounded(values, names.max_missing.c_str(), 0.0, 1.0),
            .min_hwe_p = bounded(values, names.hwe.c_str(), 0.0, 1.0)};
}

std::vector<std::string> variant_option_names(VariantFamily family) {
    auto const names = names_of(family);
    return {names.extract, names.exclude,     names.chromosomes, names.min_maf,
            names.min_mac, names.max_missing, names.hwe};
}

}  // namespace maniple::cli
