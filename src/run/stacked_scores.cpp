#include "stacked_scores.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base_traits.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/model/block_ridge.hpp"
#include "maniple/model/ridge.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/fit_solvers.hpp"
#include "maniple/run/fit_state.hpp"
#include "maniple/run/genome_blocks.hpp"
#include "maniple/run/ridge_fit.hpp"
#include "maniple/run/scan_memory.hpp"
#include "maniple/run/whole_genome_plan.hpp"
#include "null_odds.hpp"
#include "whole_genome_levels.hpp"
#include "whole_genome_progress.hpp"
#include "whole_genome_shape.hpp"

namespace maniple {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

WholeGenomeRequest request_of(FitPlan const& plan, ScanLimits const& limits) {
    auto const& fit = plan.request();
    SampleFiles used{.keep = {}, .remove = {}};
    for (SampleIndex s{0}; s.get() < plan.cohort().samples().size(); ++s) {
        used.among.push_back(plan.used().contains(s));
    }
    std::vector<std::string> labels;
    for (auto const& trait : plan.traits()) labels.push_back(trait.label);
    return {.store = fit.store,
            .traits = std::move(labels),
            .covariates = fit.covariates,
            .model = ModelChoice::by_type,
            .introduction = Introduction::none,
            .samples = std::move(used),
            .variants = fit.variants,
            .filter = fit.filter,
            .block_variants = fit.stacked.block_variants,
            .heritabilities = fit.stacked.heritabilities,
            .folds = fit.split.folds,
            .folds_by = FoldsBy::families,
            .seed = fit.split.seed,
            .use = GenomeUse::scores,
            .threads = fit.threads,
            .memory = limits.memory,
            .resting = limits.resting,
            .scratch = fit.stacked.scratch};
}

/// Weights from coefficients of the blocks' predictors.
class StackedWeighing {
public:
    StackedWeighing(FitPlan const& plan, WholeGenomeRequest const& request,
                    BaseTraits const& traits, GenomeBlocks& blocks, GenotypePasses& passes)
        : plan_{plan},
          request_{request},
          traits_{traits},
          blocks_{blocks},
          comm_{passes.comm()},
          rank_{traits.basis.basis.columns()} {}

    /// \param progress  the root's, with every trait.
    StackedScores run(std::optional<WholeGenomeProgress> const& progress) {
        together(comm_, [&] {
            if (comm_.is_root()) take_level_one(*progress);
        });
        share_coefficients();
        auto const gathered = comm_.gather(weigh_own());
        together(comm_, [&] {
            if (!comm_.is_root()) return;
            for (std::size_t b = 0; b < blocks_.blocks().size(); ++b) places_.push_back(find(b));
            take_weights(gathered);
            for (std::size_t t = 0; t < scores_.ridge.scores.size(); ++t) finish(t);
        });
        scores_.variants = blocks_.variants();
        scores_.blocks = std::ssize(blocks_.blocks());
        return std::move(scores_);
    }

private:
    std::int64_t traits() const { return std::ssize(traits_.names); }
    std::size_t steps() const { return request_.heritabilities.size(); }
    std::size_t columns() const { return blocks_.blocks().size() * steps(); }

    // What level 1 predicts is a multiple of the residual's SD, or log odds.
    double unit_of(std::size_t t) const {
        return traits_.outcomes[t] == Outcome::binary ? 1 : traits_.scales[t];
    }

    SampleMask const& training_of(std::size_t t) const {
        return plan_.problems()[find_fit(plan_, t, FitProblem::Kind::path).value()].training;
    }

    // What covariates alone predict of the base; no number where the trait is missing.
    std::vector<double> predict_by_covariates(std::size_t t) const {
        auto const& residual = traits_.residuals[t];
        std::vector<double> predicted(residual.size(), unknown);
        bool const is_binary = traits_.outcomes[t] == Outcome::binary;
        auto const odds = is_binary ? fit_null_odds(traits_, t).log_odds : std::vector<double>{};
        auto const& values = plan_.traits()[t].values;
        for (std::size_t i = 0; i < residual.size(); ++i) {
            if (std::isnan(residual[i])) continue;
            predicted[i] =
                is_binary ? odds[i] : values[traits_.basis.samples[i].at()] - residual[i];
        }
        return predicted;
    }

    void take_level_one(WholeGenomeProgress const& progress) {
        coefficients_.resize(at(traits()) * columns());
        scores_.outcomes.resize(at(traits()));
        progress.each([&](StackedTrait const& stacked) {
            auto const t = at(stacked.trait);
            expect(stacked.coefficients.size() == columns(), "level 1 has every predictor");
            for (std::size_t c = 0; c < columns(); ++c) {
                coefficients_[t * columns() + c] = stacked.coefficients[c] * unit_of(t);
            }
            auto const by_covariates = predict_by_covariates(t);
            auto const& samples = traits_.basis.samples;
            std::vector<double> predictor(at(plan_.cohort().samples().size()), unknown);
            for (std::size_t i = 0; i < samples.size(); ++i) {
                predictor[samples[i].at()] = by_covariates[i] + stacked.slices[i] * unit_of(t);
            }
            scores_.outcomes[t] = {
                .heritability = request_.heritabilities[at(stacked.chosen)],
                .performance = judge_predictor(plan_.traits()[t], training_of(t), predictor),
                .r_squared = stacked.r_squared,
                .cases = traits_.outcomes[t] == Outcome::binary ? traits_.counts[t].cases : 0};
        });
    }

    void share_coefficients() {
        auto const own = std::as_bytes(std::span{coefficients_});
        auto const bytes = comm_.broadcast(mpi::Bytes{own.begin(), own.end()});
        coefficients_.resize(bytes.size() / sizeof(double));
        std::memcpy(coefficients_.data(), bytes.data(), bytes.size());
    }

    // What this rank's blocks add to the scores, block after block.
    mpi::Bytes weigh_own() {
        std::vector<std::span<double const>> residuals{traits_.residuals.begin(),
                                                       traits_.residuals.end()};
        LevelZeroDesign const design{traits_.basis,
                                     plan_.cohort().samples().size(),
                                     traits_.folds,
                                     residuals,
                                     {.variants = blocks_.variants(),
                                      .folds = request_.folds,
                                      .heritabilities = request_.heritabilities,
                                      .fits = LevelZeroFits::everybody,
                                      .tolerance = tolerance_of(request_.use)}};
        std::vector<BlockRidge> ridges;
        for (int thread = 0; thread < request_.threads; ++thread) ridges.emplace_back(design);
        std::vector<BlockScores> weighed(blocks_.blocks().size());
        blocks_.each([&](int thread, std::size_t block, PackedView genotypes) {
            std::vector<LocalVariantIndex> rows;
            for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) rows.push_back(v);
            std::vector<double> own;
            for (std::size_t t = 0; t < at(traits()); ++t) {
                auto const* const first = coefficients_.data() + t * columns() + block * steps();
                own.insert(own.end(), first, first + steps());
            }
            weighed[block] = ridges[at(thread)].weigh(genotypes, rows, own);
        });
        std::size_t doubles = 0;
        for (auto const& block : weighed) {
            doubles += block.means.size() + block.weights.size() + block.slopes.size();
        }
        mpi::Bytes message;
        message.reserve(doubles * sizeof(double));
        auto const add = [&](std::vector<double> const& values) {
            auto const bytes = std::as_bytes(std::span{values});
            message.insert(message.end(), bytes.begin(), bytes.end());
        };
        for (std::size_t b = 0; b < weighed.size(); ++b) {
            if (!blocks_.is_own(b)) continue;
            add(weighed[b].means);
            add(weighed[b].weights);
            add(weighed[b].slopes);
            weighed[b] = {};
        }
        return message;
    }

    // Positions of a block's variants among those chosen.
    std::vector<std::size_t> find(std::size_t block) const {
        std::vector<std::size_t> found;
        std::size_t first = 0;
        std::size_t store_block = 0;
        for (auto const& [of, row] : blocks_.blocks()[block].variants) {
            for (; store_block < at(of); ++store_block)
                first += at(plan_.blocks()[store_block].size());
            auto const& chosen = plan_.blocks()[at(of)];
            auto const place =
                chosen.every_row ? std::int64_t{row}
                                 : std::ranges::lower_bound(chosen.rows, row) - chosen.rows.begin();
            found.push_back(first + at(place));
        }
        return found;
    }

    // In the order of blocks, whatever their ranks.
    void take_weights(std::vector<mpi::Bytes> const& gathered) {
        auto& scores = scores_.ridge.scores;
        scores.resize(at(traits()));
        slopes_.assign(at(traits() * rank_), 0.0);
        for (auto& score : scores) {
            score.weights.assign(at(plan_.variants()), 0.0);
            score.frequencies.assign(at(plan_.variants()), 0.0);
        }
        std::vector<std::size_t> taken(gathered.size());
        for (std::size_t b = 0; b < places_.size(); ++b) {
            auto const rank = b % gathered.size();
            auto const take = [&](std::size_t count) {
                std::vector<double> values(count);
                std::memcpy(values.data(), gathered[rank].data() + taken[rank],
                            count * sizeof(double));
                taken[rank] += count * sizeof(double);
                return values;
            };
            auto const& places = places_[b];
            auto const means = take(places.size());
            auto const weights = take(places.size() * scores.size());
            auto const slopes = take(at(rank_) * scores.size());
            for (std::size_t i = 0; i < slopes.size(); ++i) slopes_[i] += slopes[i];
            for (std::size_t t = 0; t < scores.size(); ++t) {
                auto& score = scores[t];
                for (std::size_t v = 0; v < places.size(); ++v) {
                    auto const weight = weights[t * places.size() + v];
                    if (weight == 0) continue;
                    ++score.variants;
                    score.offset -= means[v] * weight;
                    score.weights[places[v]] = weight;
                    score.frequencies[places[v]] = means[v] / 2;
                }
            }
        }
    }

    // Covariates' coefficients: with them, prediction is what covariates alone predict and
    // genotypes without the covariates' share.
    void finish(std::size_t t) {
        auto& score = scores_.ridge.scores[t];
        auto const& samples = traits_.basis.samples;
        auto rest = predict_by_covariates(t);
        for (std::int64_t k = 0; k < rank_; ++k) {
            auto const slope = slopes_[t * at(rank_) + at(k)];
            auto const column = traits_.basis.basis.column(k);
            for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= slope * column[i];
        }
        std::vector<double> of_cohort(at(plan_.cohort().samples().size()), unknown);
        for (std::size_t i = 0; i < samples.size(); ++i) of_cohort[samples[i].at()] = rest[i];
        RidgeDesign const design{training_of(t), plan_.covariates()};
        score.covariates = design.regress(gather(of_cohort, design.list()));
        score.collinear = design.collinear();
        score.samples = std::ssize(design.list());
    }

    FitPlan const& plan_;
    WholeGenomeRequest const& request_;
    BaseTraits const& traits_;
    GenomeBlocks& blocks_;
    mpi::Communicator comm_;
    std::int64_t rank_;                 // Columns of the basis.
    std::vector<double> coefficients_;  // traits x columns
    std::vector<double> slopes_;        // traits x rank: the covariates' share in the scores
    std::vector<std::vector<std::size_t>> places_;  // Of each block's variants.
    StackedScores scores_;
};

}  // namespace

void plan_stacked_scores(FitPlan const& plan, mpi::Communicator const& comm, Log& log) {
    auto const& fit = plan.request();
    plan_whole_genome(request_of(plan, agree_on_limits(fit.stacked.memory, fit.threads, comm)),
                      comm, log);
}

StackedScores fit_stacked_scores(FitPlan const& plan, GenotypePasses& passes,
                                 std::filesystem::path const& progress_folder, Log& log) {
    auto const& comm = passes.comm();
    auto const limits =
        agree_on_limits(plan.request().stacked.memory, plan.request().threads, comm);
    auto const request = request_of(plan, limits);
    std::optional<BaseTraits> traits;
    PlanFacts facts;
    std::optional<WholeGenomeProgress> progress;
    together(comm, [&] {
        traits.emplace(load_base_traits(request, plan.cohort(), log));
        facts = plan.facts();
        if (!comm.is_root()) return;
        progress.emplace(progress_folder, plan.model_path(), facts, interrupted_fit());
    });
    leave_out_hopeless(*traits, request, comm, log);
    expect(std::ssize(traits->names) == std::ssize(plan.traits()), "every trait can be fitted");
    for (std::size_t t = 0; t < traits->names.size(); ++t) {
        expect(traits->names[t] == plan.traits()[t].label, "traits are in the plan's order");
    }
    WholeGenomeFrame const frame{request,        plan.cohort(),    traits->names, traits->scales,
                                 traits->counts, traits->outcomes, comm,          log};
    SampleMask base{plan.cohort().samples().size()};
    for (auto s : traits->basis.samples) base.insert(s);
    GenomeBlocks blocks{plan.cohort(),          plan.blocks(), request.filter, base,
                        request.block_variants, comm,          request.threads};
    log.note(fmt::format("whole genome: {} variants in {} of {} predict {}", blocks.variants(),
                         plural(std::ssize(blocks.blocks()), "block"),
                         plural(std::ssize(blocks.contigs()), "contig"),
                         plural(std::ssize(traits->names), "trait")));
    auto const shape = find_shape(request, plan.cohort(), *traits, plan.blocks(), blocks, comm);
    together(comm, [&] { require_room_for_weights(shape); });
    auto const owner = scratch_owner(frame, facts, plan.model_path());
    fit_levels(frame, *traits, plan.blocks(), blocks, progress, owner);
    if (!request.scratch.empty()) remove_scratch(owner, ScratchRemoval::of_all);
    return StackedWeighing{plan, request, *traits, blocks, passes}.run(progress);
}

}  // namespace maniple
