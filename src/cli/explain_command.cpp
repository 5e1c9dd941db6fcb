#include <string>

#include "maniple/cli/choice_options.hpp"
#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/cli/score_options.hpp"
#include "maniple/run/explain.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    auto const path = [] { return po::value<std::string>()->value_name("F"); };
    po::options_description all;
    po::options_description people{"People"};
    people.add_options()                                                   //
        ("sample", po::value<Words>()->multitoken()->value_name("ID..."),  //
         "sample IDs; several: a,b or a b");
    add_sample_options(people);
    po::options_description work{"Work"};
    work.add_options()  //
        ("out", po::value<std::string>()->required()->value_name("DIR"),
         "folder for contributions.tsv, summary.tsv and genes.tsv; its owner alone may enter")  //
        ("top", po::value<std::int64_t>()->default_value(20)->value_name("N"),
         "variants, and genes, that are listed for each person and score")  //
        ("genes", path(), "table with columns gene, contig, start, end (1-based, inclusive)");
    return all.add(score_options()).add(people).add(work);
}

void execute(po::variables_map const& values, mpi::Communicator const&, Log& log) {
    constexpr std::int64_t most = 1'000'000;
    ExplainRequest request{.score = score_request(values),
                           .people = words_of(values, "sample"),
                           .genes = text_of(values, "genes"),
                           .top = bounded<std::int64_t>(values, "top", 1, most)};
    request.score.run = values["out"].as<std::string>();
    if (request.people.empty() && request.score.samples.keep.empty()) {
        throw UserError{
            "options --sample and --keep are missing (somebody must be explained); add --sample ID "
            "or --keep FILE"};
    }
    explain_scores(request, log);
}

}  // namespace

Command const explain_command{
    .name = "explain",
    .summary = "variants and genes that raise or lower people's scores",
    .usage =
        "--store S (--model M... | --weights F...) (--sample ID... | --keep F) --out DIR [options]",
    .examples =
        "maniple explain --store cohort --model height --sample A1,A2 --out why\n"
        "maniple explain --store cohort --model cad --keep ward.txt --genes genes.tsv --out why",
    .ranks = Ranks::root_only,
    .positional = "",
    .options = options,
    .execute = execute};

}  // namespace maniple::cli
