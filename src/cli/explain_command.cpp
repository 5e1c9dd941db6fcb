#include <string>

#include <fmt/format.h>

#include "maniple/cli/choice_options.hpp"
#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/cli/score_options.hpp"
#include "maniple/report/person_page.hpp"
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
    po::options_description pages{"Pages"};
    pages.add_options()  //
        ("html", po::bool_switch(),
         "a page for each person as well, person-1.html and so on: place among the people of the "
         "store, risk, contributions, warnings")  //
        ("evaluation", po::value<std::string>()->value_name("RUN"),
         "evaluation of a score explained: gives the interval of a risk, and the groups in which "
         "the "
         "score was validated")  //
        ("pc", po::value<Words>()->multitoken()->value_name("C..."),
         "principal components, as PC1,PC2 or 'PC*': how far people lie from the training samples");
    return all.add(score_options()).add(people).add(work).add(pages);
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
    if (values["html"].as<bool>()) {
        request.pages = PersonPages{.write = person_page,
                                    .evaluation = text_of(values, "evaluation"),
                                    .distance_columns = words_of(values, "pc")};
    }
    for (auto const* name : {"evaluation", "pc"}) {
        if (request.pages || !is_given(values, name)) continue;
        throw UserError{fmt::format(
            "option --{0} is for the pages of --html; add --html, or leave --{0} out", name)};
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
        "maniple explain --store cohort --model cad --keep ward.txt --genes genes.tsv --out why\n"
        "maniple explain --store cohort --model cad --sample A1 --html --evaluation judged --pc "
        "'PC*' --out why",
    .ranks = Ranks::root_only,
    .positional = "",
    .options = options,
    .execute = execute};

}  // namespace maniple::cli
