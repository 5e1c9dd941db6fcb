#include "maniple/run/ridge_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/ridge_fit.hpp"
#include "maniple/run/ridge_products.hpp"
#include "maniple/trait/training_samples.hpp"

namespace maniple {
namespace {

constexpr std::size_t most_traits = 64;  // Of one pass.

/// What a pass learned of one block: rows of variants.
struct SeenBlock {
    std::int64_t variants = 0;
    std::vector<double> weights;  // vectors x variants
    std::vector<double> means;    // sets x variants
};

mpi::Bytes to_bytes(std::map<std::int64_t, SeenBlock> const& blocks) {
    mpi::Bytes message;
    auto const add = [&](std::span<std::byte const> bytes) {
        message.insert(message.end(), bytes.begin(), bytes.end());
    };
    for (auto const& [first, block] : blocks) {
        std::int64_t const head[]{first, block.variants};
        add(std::as_bytes(std::span{head}));
        add(std::as_bytes(std::span{block.weights}));
        add(std::as_bytes(std::span{block.means}));
    }
    return message;
}

/// Some traits' weights in one pass.
class Weighing {
public:
    Weighing(FitPlan const& plan, RidgeState const& state, GenotypePasses& passes,
             RidgeScores& scores)
        : plan_{plan}, state_{state}, passes_{passes}, scores_{scores} {}

    void run(std::size_t first, std::size_t last) {
        std::vector<std::size_t> problems;
        for (auto t = first; t < last; ++t) problems.push_back(state_.traits[t].chosen.problem);
        RidgeDesigns const designs{plan_, problems, passes_.comm(), passes_.threads()};
        collect_vectors(designs, first, last);
        std::map<std::int64_t, SeenBlock> blocks;
        auto const products = multiply_relationships(
            passes_, {plan_.request().filter, &plan_.used()}, sets_, vectors_,
            [&](GlobalVariantIndex place, MatrixView<double const> weights,
                MatrixView<Standardisation const> ways) {
                auto& block = blocks[place.get()];
                block = {.variants = weights.columns()};
                for (std::int64_t c = 0; c < weights.rows(); ++c) {
                    auto const row = weights.row(c);
                    block.weights.insert(block.weights.end(), row.begin(), row.end());
                }
                for (std::int64_t s = 0; s < ways.rows(); ++s) {
                    for (auto const& way : ways.row(s)) block.means.push_back(way.mean);
                }
            });
        auto const gathered = passes_.comm().gather(to_bytes(blocks));
        if (!passes_.comm().is_root()) return;
        for (auto t = first; t < last; ++t) {
            scores_.scores[t].weights.assign(static_cast<std::size_t>(plan_.variants()), 0.0);
        }
        means_.assign(sets_.size(),
                      std::vector<double>(static_cast<std::size_t>(plan_.variants())));
        for (auto const& bytes : gathered) take(bytes, first);
        for (auto t = first; t < last; ++t) finish(designs, t, products.values[t - first], first);
    }

private:
    void collect_vectors(RidgeDesigns const& designs, std::size_t first, std::size_t last) {
        sets_.clear();
        vectors_.clear();
        for (auto t = first; t < last; ++t) {
            auto const& trait = state_.traits[t];
            auto const design = designs.index(trait.chosen.problem);
            auto const* mask = &designs.samples(design);
            auto const known = std::ranges::find(sets_, mask);
            auto const set = static_cast<std::size_t>(known - sets_.begin());
            if (known == sets_.end()) sets_.push_back(mask);
            RelationshipVector vector{
                .set = set,
                .values = scatter(trait.solution, designs.design(design).list(),
                                  plan_.cohort().samples().size()),
                .rest = {}};
            vector.rest = round_to_grid(vector.values);
            vectors_.push_back(std::move(vector));
        }
    }

    // One rank's blocks.
    void take(mpi::Bytes const& bytes, std::size_t first_trait) {
        auto const* next = bytes.data();
        auto const* const end = next + bytes.size();
        auto const read = [&](double* to, std::int64_t count) {
            auto const size = static_cast<std::size_t>(count) * sizeof(double);
            std::memcpy(to, next, size);
            next += size;
        };
        while (next != end) {
            std::int64_t head[2];
            std::memcpy(head, next, sizeof head);
            next += sizeof head;
            auto const place = static_cast<std::size_t>(head[0]);
            for (std::size_t c = 0; c < vectors_.size(); ++c) {
                read(scores_.scores[first_trait + c].weights.data() + place, head[1]);
            }
            for (auto& means : means_) read(means.data() + place, head[1]);
        }
    }

    void finish(RidgeDesigns const& designs, std::size_t t, std::span<double const> genetic,
                std::size_t first) {
        auto const& trait = state_.traits[t];
        auto const& design = designs.of(trait.chosen.problem);
        auto& score = scores_.scores[t];
        auto const& means = means_[vectors_[t - first].set];
        score.frequencies.resize(score.weights.size());
        for (std::size_t v = 0; v < score.weights.size(); ++v) {
            if (score.weights[v] == 0) continue;
            ++score.variants;
            score.offset -= means[v] * score.weights[v];
            score.frequencies[v] = means[v] / 2;
        }
        auto rest = gather(plan_.traits()[t].values, design.list());
        auto const own = gather(genetic, design.list());
        for (std::size_t s = 0; s < rest.size(); ++s) rest[s] -= own[s];
        score.covariates = design.regress(rest);
        score.collinear = design.collinear();
        score.samples = std::ssize(design.list());
    }

    FitPlan const& plan_;
    RidgeState const& state_;
    GenotypePasses& passes_;
    RidgeScores& scores_;
    std::vector<SampleMask const*> sets_;
    std::vector<RelationshipVector> vectors_;
    std::vector<std::vector<double>> means_;  // Per set: ALT alleles per sample of each variant.
};

std::string describe_source(FitPlan const& plan) {
    std::vector<std::string> labels;
    for (auto const& trait : plan.traits()) labels.push_back(trait.label);
    auto source = fmt::format("maniple fit --method {} --trait {}",
                              to_string(plan.request().method), fmt::join(labels, ","));
    if (auto const covariates = plan.covariate_labels(); !covariates.empty()) {
        source += fmt::format(" --covariate {}", fmt::join(covariates, ","));
    }
    return source + fmt::format(" (split {})", to_hex(plan.split_fingerprint()));
}

ScoreDescription describe_score(FitPlan const& plan, std::size_t t, RidgeTrait const& trait,
                                RidgeScore const& score) {
    auto iterations = trait.chosen.iterations;
    for (auto const& step : trait.judged) iterations += step.iterations;
    auto const& label = plan.traits()[t].label;
    return {.name = label,
            .trait = label,
            .reported_trait = {},
            .outcome = plan.traits()[t].outcome,
            .method = "ridge",
            .offset = score.offset,
            .covariates = score.covariates,
            .baseline = {},
            .training_samples = score.samples,
            .penalty = trait.chosen.penalty,
            .mixing = 0,
            .heritability = trait.chosen.heritability,
            .validation_performance = trait.performance.value_or(ScoreDescription::unknown),
            .largest_violation = trait.chosen.residual,
            .iterations = iterations,
            .has_converged = has_converged(plan, trait.chosen),
            .recalibration = {}};
}

}  // namespace

RidgeScores weigh_variants(FitPlan const& plan, RidgeState const& state, GenotypePasses& passes) {
    RidgeScores scores;
    auto const traits = plan.traits().size();
    if (passes.comm().is_root()) {
        scores.scores.resize(traits);
    }
    for (std::size_t first = 0; first < traits; first += most_traits) {
        Weighing{plan, state, passes, scores}.run(first, std::min(traits, first + most_traits));
    }
    return scores;
}

bool has_converged(FitPlan const& plan, RidgeStep const& step) {
    return step.residual <= plan.request().ridge.tolerance;
}

ScoreModel make_ridge_model(FitPlan const& plan, RidgeState const& state, RidgeScores const& scores,
                            GenotypePasses& passes) {
    auto model = assemble_model(plan, scores, passes);
    for (std::size_t t = 0; t < scores.scores.size(); ++t) {
        model.scores.push_back(describe_score(plan, t, state.traits[t], scores.scores[t]));
    }
    return model;
}

ScoreModel assemble_model(FitPlan const& plan, RidgeScores const& scores, GenotypePasses& passes) {
    auto const& all = scores.scores;
    std::vector<GlobalVariantIndex> variants;
    for (GlobalVariantIndex v{0}; v.get() < plan.variants(); ++v) {
        if (std::ranges::any_of(all, [&](auto const& s) { return s.weights[v.at()] != 0; })) {
            variants.push_back(v);
        }
    }
    auto const names = passes.names(variants);
    ScoreModel model{.genome_build = {}, .source = describe_source(plan)};
    model.weights.weights = WeightMatrix{std::ssize(all)};
    std::int64_t nonzero = 0;
    for (auto const& score : all) nonzero += score.variants;
    model.weights.weights.reserve(std::ssize(variants), nonzero);
    model.weights.variants.reserve(variants.size());
    // Scores that know a variant by different frequencies share no entry: see make_model.
    std::map<double, std::vector<double>> entries;
    for (std::size_t i = 0; i < variants.size(); ++i) {
        auto const v = variants[i].at();
        entries.clear();
        for (std::size_t t = 0; t < all.size(); ++t) {
            if (all[t].weights[v] == 0) continue;
            auto& weights = entries[all[t].frequencies[v]];
            weights.resize(all.size());
            weights[t] = all[t].weights[v];
        }
        auto const& [contig, variant] = names[i];
        for (auto const& [frequency, weights] : entries) {
            model.weights.variants.push_back({.contig = contig,
                                              .position = variant.position,
                                              .id = variant.id,
                                              .effect_allele = variant.alternate,
                                              .other_allele = variant.reference,
                                              .effect_allele_frequency = frequency});
            model.weights.weights.append_variant(weights);
        }
    }
    std::vector<bool> is_used(static_cast<std::size_t>(plan.cohort().samples().size()));
    for (auto const& trait : plan.traits()) model.weights.scores.push_back(trait.label);
    // Validation samples have had a say as well.
    for (auto const& problem : plan.problems()) {
        auto const mark = [&](SampleIndex s) { is_used[s.at()] = true; };
        problem.training.for_each(mark);
        problem.judged.for_each(mark);
    }
    model.training = describe_training(plan.cohort().samples(), std::move(is_used));
    model.training.split_fingerprint = plan.split_fingerprint();
    return model;
}

}  // namespace maniple
