#include "maniple/cli/score_options.hpp"

#include <optional>
#include <string>

#include "maniple/cli/choice_options.hpp"
#include "maniple/cli/option_values.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

std::optional<AmbiguousStrand> ambiguous_rule(po::variables_map const& values) {
    using Rule = std::optional<AmbiguousStrand>;
    return choose<Rule>(values, "ambiguous",
                        {{"automatic", Rule{}},
                         {"frequency", Rule{AmbiguousStrand::frequency}},
                         {"keep", Rule{AmbiguousStrand::keep}},
                         {"drop", Rule{AmbiguousStrand::drop}}});
}

}  // namespace

po::options_description score_options() {
    po::options_description scores{"Scores"};
    scores.add_options()                                                  //
        ("store", po::value<std::string>()->required()->value_name("S"),  //
         "the cohort's store")                                            //
        ("model", po::value<Words>()->multitoken()->value_name("M..."),   //
         "models of the store; several: a,b or a b")                      //
        ("weights", po::value<Words>()->multitoken()->value_name("F..."),
         "files of weights: PGS Catalog, or variant, allele and weights with a header");
    add_match_options(scores);
    return scores;
}

void add_match_options(po::options_description& options) {
    options.add_options()  //
        ("ambiguous", po::value<std::string>()->default_value("automatic")->value_name("HOW"),
         "A/T and C/G variants: frequency (the strand on which training and cohort agree; left out "
         "where they do not tell), keep (same strand), drop; automatic: keep for models of this "
         "cohort, else frequency")  //
        ("min-match", po::value<double>()->default_value(0.75, "0.75")->value_name("X"),
         "smallest share of a score's variants that must be used");
}

MatchRules match_rules(po::variables_map const& values) {
    return {ambiguous_rule(values), bounded(values, "min-match", 0.0, 1.0)};
}

ScoreRequest score_request(po::variables_map const& values) {
    auto const match = match_rules(values);
    std::vector<std::filesystem::path> files;
    for (auto const& file : words_of(values, "weights")) files.emplace_back(file);
    return {.store = values["store"].as<std::string>(),
            .models = words_of(values, "model"),
            .weights = files,
            .samples = sample_files_of(values),
            .ambiguous = match.ambiguous,
            .min_match = match.least};
}

}  // namespace maniple::cli
