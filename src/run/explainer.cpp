#include "explainer.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "maniple/run/block_reader.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple {

void TopList::offer(Item const& item) {
    if (item.contribution == 0) return;
    auto const size = [](Item const& i) { return std::abs(i.contribution); };
    if (items_.size() == most_ && (most_ == 0 || size(item) <= size(items_.back()))) return;
    items_.insert(std::ranges::upper_bound(items_, size(item), std::greater{}, size), item);
    if (items_.size() > most_) items_.pop_back();
}

void GenotypeSupport::add(double weight, double mean_alternates) {
    constexpr double copies = 2;
    variance += weight * weight * mean_alternates * (1 - mean_alternates / copies);
    weights += std::abs(weight);
}

double GenotypeSupport::share_of(GenotypeSupport const& all) const {
    if (all.variance > 0) return variance / all.variance;
    return all.weights > 0 ? weights / all.weights : 1;
}

Explainer::Explainer(ScorePlan const& plan, std::vector<SampleIndex> people, GeneTable const& genes,
                     std::int64_t top)
    : plan_{plan}, people_{std::move(people)}, genes_{genes} {
    means_.assign(plan.constants().begin(), plan.constants().end());
    support_.resize(means_.size());
    for (std::size_t i = 0; i < people_.size() * means_.size(); ++i) {
        found_.push_back(
            {TopList{top}, TopList{top}, 0, std::vector<std::int64_t>(genes.genes().size()), {}});
    }
}

std::string const& Explainer::contig(std::int64_t row) const {
    auto const block = plan_.rows()[static_cast<std::size_t>(row)].block;
    auto const partition = plan_.blocks()[static_cast<std::size_t>(block)].partition;
    return plan_.cohort().index().partitions[partition].contig;
}

void Explainer::run() {
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

void Explainer::add(std::int64_t r, PackedView genotypes, MatrixView<double> weights,
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
        support_[c].add(weight, row.missing_alternates);
        for (std::size_t p = 0; p < people_.size(); ++p) {
            auto const genotype = genotypes.genotype(LocalVariantIndex{row.row}, people_[p]);
            if (genotype == missing_genotype) continue;
            auto const contribution = genotype * integer - mean;
            auto& one = found_[p * means_.size() + c];
            one.sum += contribution;
            one.own.add(weight, row.missing_alternates);
            one.variants.offer({contribution, r, genotype});
            for (auto g : genes) one.of_gene[static_cast<std::size_t>(g)] += contribution;
        }
    }
}

ListedVariant list_variant(ScorePlan const& plan, Explainer const& explained, std::size_t score,
                           TopList::Item const& item) {
    auto const& row = plan.rows()[static_cast<std::size_t>(item.place)];
    auto const& entry = plan.entries(item.place).front();
    auto const& variant = plan.sources()[static_cast<std::size_t>(entry.source)]
                              .model.weights.variants[static_cast<std::size_t>(entry.scored)];
    std::vector<double> weights(plan.coverage().size());
    plan.fill_weights({item.place, item.place + 1}, {weights.data(), plan.scores(), 1});
    auto const reference = entry.counts_reference;
    return {.contig = explained.contig(item.place),
            .position = explained.position(item.place),
            .id = variant.id,
            .effect_allele = variant.effect_allele,
            .other_allele = variant.other_allele,
            .copies = reference ? 2 - item.genotype : item.genotype,
            .mean_copies = reference ? 2 - row.missing_alternates : row.missing_alternates,
            .weight = reference ? -weights[score] : weights[score],
            .contribution = static_cast<double>(item.contribution) / plan.scales()[score]};
}

}  // namespace maniple
