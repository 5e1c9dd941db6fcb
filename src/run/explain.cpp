#include "maniple/run/explain.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "explainer.hpp"
#include "gather_person_facts.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/run/gene_table.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/run/text_file.hpp"
#include "maniple/trait/sample_finder.hpp"

namespace maniple {
namespace {

std::vector<SampleIndex> find_people(ScorePlan const& plan, ExplainRequest const& request) {
    if (request.people.empty()) return plan.samples().list();
    SampleFinder const finder{plan.cohort().samples()};
    std::vector<SampleIndex> people;
    for (std::size_t i = 0; i < request.people.size(); ++i) {
        auto const answer = finder.find("0", request.people[i]);
        if (answer.match != Match::found) {
            throw UserError{fmt::format(
                "--sample number {} is not in the store (nobody has this ID); correct it", i + 1)};
        }
        if (!plan.samples().contains(answer.sample)) {
            throw UserError{fmt::format(
                "--sample number {} is left out by --keep or --remove; correct one of them",
                i + 1)};
        }
        if (std::ranges::count(people, answer.sample) == 0) people.push_back(answer.sample);
    }
    return people;
}

std::string describe_variants(ScorePlan const& plan, Explainer const& explained) {
    std::string text =
        "#IID\tscore\trank\tcontig\tposition\tid\teffect_allele\tother_allele\teffect_"
        "alleles\tmean\t"
        "weight\tcontribution\n";
    for (std::size_t p = 0; p < explained.people().size(); ++p) {
        auto const& person = plan.cohort().samples().ids[explained.people()[p].at()];
        for (std::size_t c = 0; c < plan.coverage().size(); ++c) {
            std::int64_t rank = 0;
            for (auto const& item : explained.of(p, c).variants.items()) {
                auto const variant = list_variant(plan, explained, c, item);
                fmt::format_to(std::back_inserter(text),
                               "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.6g}\t{}\t{}\n", person,
                               plan.coverage()[c].score, ++rank, variant.contig, variant.position,
                               variant.id, variant.effect_allele,
                               variant.other_allele.empty() ? "NA" : variant.other_allele,
                               variant.copies, variant.mean_copies, variant.weight,
                               variant.contribution);
            }
        }
    }
    return text;
}

std::string describe_genes(ScorePlan const& plan, Explainer const& explained,
                           GeneTable const& genes) {
    std::string text = "#IID\tscore\trank\tgene\tcontig\tstart\tend\tcontribution\n";
    for (std::size_t p = 0; p < explained.people().size(); ++p) {
        auto const& person = plan.cohort().samples().ids[explained.people()[p].at()];
        for (std::size_t c = 0; c < plan.coverage().size(); ++c) {
            std::int64_t rank = 0;
            for (auto const& item : explained.of(p, c).genes.items()) {
                auto const& gene = genes.genes()[static_cast<std::size_t>(item.place)];
                fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", person,
                               plan.coverage()[c].score, ++rank, gene.name, gene.contig, gene.first,
                               gene.last,
                               static_cast<double>(item.contribution) / plan.scales()[c]);
            }
        }
    }
    return text;
}

std::string describe_people(ScorePlan const& plan, Explainer const& explained) {
    std::string text = "#IID\tscore\tvalue\tmean\tdifference\tlisted\trest\n";
    for (std::size_t p = 0; p < explained.people().size(); ++p) {
        for (std::size_t c = 0; c < plan.coverage().size(); ++c) {
            auto const& one = explained.of(p, c);
            std::int64_t listed = 0;
            for (auto const& item : one.variants.items()) listed += item.contribution;
            auto const real = [&](std::int64_t integer) {
                return static_cast<double>(integer) / plan.scales()[c];
            };
            fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
                           plan.cohort().samples().ids[explained.people()[p].at()],
                           plan.coverage()[c].score, real(explained.mean(c) + one.sum),
                           real(explained.mean(c)), real(one.sum), real(listed),
                           real(one.sum - listed));
        }
    }
    return text;
}

// Complete under their temporary names; none where none are wanted.
std::vector<DurableFile> prepare_pages(ExplainRequest const& request, ScorePlan const& plan,
                                       Explainer const& explained, GeneTable const& genes,
                                       Log& log) {
    std::vector<DurableFile> pages;
    if (!request.pages) return pages;
    gather_person_facts(request, plan, explained, genes, log, [&](PersonFacts const& facts) {
        auto& page =
            pages.emplace_back(request.score.run / fmt::format("person-{}.html", facts.number));
        write_text(page.temporary(), request.pages->write(facts));
    });
    return pages;
}

}  // namespace

void explain_scores(ExplainRequest const& request, Log& log) {
    StopRequest const stop_request;
    RunFolder folder{request.score.run};
    ScorePlan const plan{request.score, log};
    GeneTable const genes = request.genes.empty() ? GeneTable{} : GeneTable{request.genes};
    Explainer explained{plan, find_people(plan, request), genes, request.top};
    explained.run();

    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
    auto pages = prepare_pages(request, plan, explained, genes, log);
    DurableFile summary{folder.path() / "summary.tsv"};
    write_text(summary.temporary(), describe_people(plan, explained));
    std::optional<DurableFile> of_genes;
    if (!request.genes.empty()) {
        of_genes.emplace(folder.path() / "genes.tsv");
        write_text(of_genes->temporary(), describe_genes(plan, explained, genes));
    }
    DurableFile variants{folder.path() / "contributions.tsv"};
    write_text(variants.temporary(), describe_variants(plan, explained));
    summary.commit(ExistingFile::refuse, FileReaders::owner);
    if (of_genes) of_genes->commit(ExistingFile::refuse, FileReaders::owner);
    for (auto& page : pages) page.commit(ExistingFile::refuse, FileReaders::owner);
    variants.commit(ExistingFile::refuse, FileReaders::owner);
    folder.finish();
    auto const people = std::ssize(explained.people());
    log.note(fmt::format(
        "{} x {} explained: {}", people == 1 ? "1 person" : fmt::format("{} people", people),
        plural(plan.scores(), "score"), (folder.path() / "contributions.tsv").string()));
    if (!pages.empty()) {
        log.note(fmt::format("{}, in the order of summary.tsv: {}{}",
                             plural(std::ssize(pages), "page"),
                             (folder.path() / "person-1.html").string(),
                             people == 1 ? "" : fmt::format(" to person-{}.html", people)));
    }
}

}  // namespace maniple
