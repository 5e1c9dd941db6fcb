#include "maniple/run/explain.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/run/block_reader.hpp"
#include "maniple/run/gene_table.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/run/text_file.hpp"
#include "maniple/trait/sample_finder.hpp"

namespace maniple {
namespace {

/// The largest contributions of one person to one score, or of genes.
class TopList {
public:
    struct Item {
        std::int64_t contribution = 0;
        std::int64_t place = 0;  // Row of the plan, or gene.
        unsigned genotype = 0;
    };

    explicit TopList(std::int64_t most) : most_{static_cast<std::size_t>(most)} {}

    /// Items come in order of place; of equals the first stays.
    void offer(Item const& item) {
        if (item.contribution == 0) return;
        auto const size = [](Item const& i) { return std::abs(i.contribution); };
        if (items_.size() == most_ && (most_ == 0 || size(item) <= size(items_.back()))) return;
        items_.insert(std::ranges::upper_bound(items_, size(item), std::greater{}, size), item);
        if (items_.size() > most_) items_.pop_back();
    }

    std::vector<Item> const& items() const { return items_; }

private:
    std::size_t most_;
    std::vector<Item> items_;  // The largest first.
};

/// One person and one score.
struct Explanation {
    TopList variants;
    TopList genes;
    std::int64_t sum = 0;  // Of all contributions.
    std::vector<std::int64_t> of_gene;
};

class Explainer {
public:
    Explainer(ScorePlan const& plan, std::vector<SampleIndex> people, GeneTable const& genes,
              std::int64_t top)
        : plan_{plan}, people_{std::move(people)}, genes_{genes} {
        means_.assign(plan.constants().begin(), plan.constants().end());
        for (std::size_t i = 0; i < people_.size() * means_.size(); ++i) {
            found_.push_back(
                {TopList{top}, TopList{top}, 0, std::vector<std::int64_t>(genes.genes().size())});
        }
    }

    void run() {
        BlockReader reader{plan_.cohort()};
        RawBlock raw;
        std::int32_t loaded = -1;
        std::vector<Variant> names;
        for (auto const& tile : plan_.tiles()) {
            StopRequest::check();
            auto const rows = tile.last_row - tile.first_row;
            std::vector<double> weights(static_cast<std::size_t>(plan_.scores() * rows));
            MatrixView<double> const view{weights.data(), plan_.scores(), rows};
            plan_.fill_weights(tile, view);
            for (auto r = tile.first_row; r < tile.last_row; ++r) {
                auto const& row = plan_.rows()[static_cast<std::size_t>(r)];
                if (row.block != loaded) {
                    auto const& block = plan_.blocks()[static_cast<std::size_t>(row.block)];
                    reader.read(block, raw);
                    reader.forget_before(block.partition);
                    decode_block(raw);
                    loaded = row.block;
                    names = reader.variants(block);
                }
                auto const position = names[static_cast<std::size_t>(row.row)].position;
                positions_.push_back(position);
                add(r, raw.view(), view, r - tile.first_row);
            }
        }
        for (auto& one : found_) {
            for (std::size_t g = 0; g < one.of_gene.size(); ++g) {
                one.genes.offer({one.of_gene[g], static_cast<std::int64_t>(g)});
            }
        }
    }

    std::vector<SampleIndex> const& people() const { return people_; }
    Explanation const& of(std::size_t person, std::size_t score) const {
        return found_[person * means_.size() + score];
    }
    std::int64_t mean(std::size_t score) const { return means_[score]; }

    /// Of a row's variant in the cohort; weights may know it by its ID alone.
    std::string const& contig(std::int64_t row) const {
        auto const block = plan_.rows()[static_cast<std::size_t>(row)].block;
        auto const partition = plan_.blocks()[static_cast<std::size_t>(block)].partition;
        return plan_.cohort().index().partitions[partition].contig;
    }
    std::int32_t position(std::int64_t row) const {
        return positions_[static_cast<std::size_t>(row)];
    }

private:
    void add(std::int64_t r, PackedView genotypes, MatrixView<double> weights,
             std::int64_t column) {
        auto const& row = plan_.rows()[static_cast<std::size_t>(r)];
        auto const genes = genes_.at(contig(r), position(r));
        for (std::size_t c = 0; c < means_.size(); ++c) {
            auto const weight = weights(static_cast<std::int64_t>(c), column);
            if (weight == 0) continue;
            auto const scale = plan_.scales()[c];
            auto const integer = to_score_integer(weight, scale);
            auto const mean = to_score_integer(weight * row.missing_alternates, scale);
            means_[c] += mean;
            for (std::size_t p = 0; p < people_.size(); ++p) {
                auto const genotype = genotypes.genotype(LocalVariantIndex{row.row}, people_[p]);
                if (genotype == missing_genotype) continue;
                auto const contribution = genotype * integer - mean;
                auto& one = found_[p * means_.size() + c];
                one.sum += contribution;
                one.variants.offer({contribution, r, genotype});
                for (auto g : genes) one.of_gene[static_cast<std::size_t>(g)] += contribution;
            }
        }
    }

    ScorePlan const& plan_;
    std::vector<SampleIndex> people_;
    GeneTable const& genes_;
    std::vector<std::int32_t> positions_;  // Of the rows so far.
    std::vector<std::int64_t> means_;      // Of each score.
    std::vector<Explanation> found_;       // people x scores
};

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
                auto const& row = plan.rows()[static_cast<std::size_t>(item.place)];
                auto const& entry = plan.entries(item.place).front();
                auto const& variant =
                    plan.sources()[static_cast<std::size_t>(entry.source)]
                        .model.weights.variants[static_cast<std::size_t>(entry.scored)];
                std::vector<double> weights(plan.coverage().size());
                plan.fill_weights({item.place, item.place + 1}, {weights.data(), plan.scores(), 1});
                auto const reference = entry.counts_reference;
                fmt::format_to(std::back_inserter(text),
                               "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.6g}\t{}\t{}\n", person,
                               plan.coverage()[c].score, ++rank, explained.contig(item.place),
                               explained.position(item.place), variant.id, variant.effect_allele,
                               variant.other_allele.empty() ? "NA" : variant.other_allele,
                               reference ? 2 - item.genotype : item.genotype,
                               reference ? 2 - row.missing_alternates : row.missing_alternates,
                               reference ? -weights[c] : weights[c],
                               static_cast<double>(item.contribution) / plan.scales()[c]);
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

}  // namespace

void explain_scores(ExplainRequest const& request, Log& log) {
    StopRequest const stop_request;
    RunFolder folder{request.score.run};
    ScorePlan const plan{request.score, log};
    GeneTable const genes = request.genes.empty() ? GeneTable{} : GeneTable{request.genes};
    Explainer explained{plan, find_people(plan, request), genes, request.top};
    explained.run();

    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
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
    variants.commit(ExistingFile::refuse, FileReaders::owner);
    folder.finish();
    log.note(fmt::format("{} people x {} explained: {}", explained.people().size(),
                         plural(plan.scores(), "score"),
                         (folder.path() / "contributions.tsv").string()));
}

}  // namespace maniple
