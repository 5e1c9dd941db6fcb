#include "maniple/run/whole_genome.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base_traits.hpp"
#include "level_one.hpp"
#include "level_zero_predictors.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/model/block_ridge.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/genome_blocks.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/store/predictor_file.hpp"
#include "participants.hpp"
#include "scratch_file.hpp"
#include "whole_genome_levels.hpp"
#include "whole_genome_progress.hpp"
#include "whole_genome_shape.hpp"

namespace maniple {
namespace {

// Places among the traits whose level 1 is not done. Collective; the progress is the root's.
std::vector<std::int64_t> find_missing(std::int64_t traits,
                                       std::optional<WholeGenomeProgress> const& progress,
                                       mpi::Communicator const& comm) {
    std::vector<std::int64_t> missing;
    for (std::int64_t t = 0; comm.is_root() && t < traits; ++t) {
        if (!progress->has(t)) missing.push_back(t);
    }
    auto const own = std::as_bytes(std::span{missing});
    auto const bytes = comm.broadcast(mpi::Bytes{own.begin(), own.end()});
    missing.resize(bytes.size() / sizeof missing.front());
    if (!bytes.empty()) std::memcpy(missing.data(), bytes.data(), bytes.size());
    return missing;
}

/// Levels 0 and 1 of some traits.
class WholeGenomeFit {
public:
    /// \param traits  those that are to be fitted; outlive this object. \param places  of them
    /// among all. \param progress  the root's.
    WholeGenomeFit(WholeGenomeFrame const& frame, BaseTraits const& traits,
                   std::vector<std::int64_t> places, GenomeBlocks& blocks,
                   std::optional<WholeGenomeProgress>& progress)
        : frame_{frame},
          request_{frame.request},
          comm_{frame.comm},
          traits_{traits},
          places_{std::move(places)},
          blocks_{blocks},
          progress_{progress},
          settings_{.variants = blocks.variants(),
                    .folds = request_.folds,
                    .heritabilities = request_.heritabilities,
                    .tolerance = tolerance_of(request_.use)},
          deviations_(for_scores() ? blocks.blocks().size() : 0) {}

    /// Keep every trait in the progress. \param owner  of scratch files.
    void run(WholeGenomeMemory const& memory, ScratchOwner const& owner) {
        std::optional<LevelZeroPredictors> predictors;
        together(comm_, [&] { predictors.emplace(open_predictors(memory, owner)); });
        try {
            predict_blocks(*predictors);
            stack(*predictors, memory.traits_at_once);
        } catch (Error const& error) {
            // For scores, the predictors' deviations are lost: they would have to be made again.
            if (error.code() == ExitCode::stopped && !for_scores()) predictors->keep();
            throw;
        }
    }

private:
    std::int64_t traits() const { return std::ssize(traits_.names); }
    std::int64_t samples() const { return std::ssize(traits_.basis.samples); }
    bool for_scores() const { return request_.use == GenomeUse::scores; }
    // Among this rank's.
    std::int64_t place_of(std::size_t block) const {
        return static_cast<std::int64_t>(block) / comm_.size();
    }

    LevelZeroPredictors open_predictors(WholeGenomeMemory const& memory,
                                        ScratchOwner const& owner) const {
        PredictorExtents extents{.traits = traits(),
                                 .heritabilities = std::ssize(settings_.heritabilities),
                                 .samples = samples(),
                                 .threads = request_.threads};
        for (std::size_t b = 0; b < blocks_.blocks().size(); ++b) {
            extents.blocks += blocks_.is_own(b) ? 1 : 0;
        }
        if (memory.place == PredictorPlace::memory) return LevelZeroPredictors{extents};
        return {extents, owner, places_};
    }

    void predict_blocks(LevelZeroPredictors& predictors) {
        std::vector<std::span<double const>> residuals{traits_.residuals.begin(),
                                                       traits_.residuals.end()};
        LevelZeroDesign const design{traits_.basis, frame_.cohort.samples().size(), traits_.folds,
                                     residuals, settings_};
        std::vector<BlockRidge> ridges;
        for (int thread = 0; thread < request_.threads; ++thread) ridges.emplace_back(design);
        auto const is_wanted = [&](std::size_t block) {
            return for_scores() || !predictors.has(place_of(block));
        };
        std::int64_t own = 0;
        std::int64_t left = 0;
        for (std::size_t b = 0; b < blocks_.blocks().size(); ++b) {
            if (!blocks_.is_own(b)) continue;
            ++own;
            if (is_wanted(b)) ++left;
        }
        if (left < own) {
            frame_.log.note(fmt::format("  {} of {} are in the scratch file already", own - left,
                                        plural(own, "block")));
        }
        Progress progress{"blocks of the whole genome", left, frame_.log};
        std::atomic<std::int64_t> done{0};
        std::atomic<std::int64_t> dropped{0};
        auto const work = [&](int thread, std::size_t block, PackedView genotypes) {
            std::vector<LocalVariantIndex> rows;
            for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) rows.push_back(v);
            std::span<double> deviations;
            if (for_scores()) {
                deviations_[block].resize(static_cast<std::size_t>(design.predictors()));
                deviations = deviations_[block];
            }
            dropped += ridges[static_cast<std::size_t>(thread)].predict(
                genotypes, rows, predictors.rows_of(thread, place_of(block)), deviations);
            predictors.finish(thread, place_of(block));
            ++done;
            if (thread == 0) progress.reach(done);
        };
        blocks_.each(work, is_wanted);
        std::int64_t all[]{dropped};
        comm_.sum(all);
        if (all[0] > 0) {
            frame_.log.note(fmt::format("  {} without a part: covariates explain all of them",
                                        plural(all[0], "variant")));
        }
    }

    // Coefficients of standardised predictors become those of predictors. For the root, which
    // knows all deviations.
    void unstandardise(std::vector<StackedTrait>& stacked) const {
        auto const steps = settings_.heritabilities.size();
        for (auto& trait : stacked) {
            auto const first = static_cast<std::size_t>(trait.trait) * steps;
            for (std::size_t c = 0; c < trait.coefficients.size(); ++c) {
                auto const deviation = deviations_[c / steps][first + c % steps];
                auto& coefficient = trait.coefficients[c];
                coefficient = deviation > 0 ? coefficient / deviation : 0.0;
            }
        }
    }

    // Every rank's to the root. Collective.
    void gather_deviations() {
        mpi::Bytes own;
        for (std::size_t b = 0; b < deviations_.size(); ++b) {
            if (!blocks_.is_own(b)) continue;
            auto const bytes = std::as_bytes(std::span{deviations_[b]});
            own.insert(own.end(), bytes.begin(), bytes.end());
        }
        auto const all = comm_.gather(own);
        if (!comm_.is_root()) return;
        auto const size = static_cast<std::size_t>(traits()) * settings_.heritabilities.size();
        std::vector<std::size_t> taken(all.size());
        for (std::size_t b = 0; b < deviations_.size(); ++b) {
            auto const rank = b % all.size();
            deviations_[b].resize(size);
            std::memcpy(deviations_[b].data(), all[rank].data() + taken[rank],
                        size * sizeof(double));
            taken[rank] += size * sizeof(double);
        }
    }

    // Some traits at a time, and each kept as soon as it is there.
    void stack(LevelZeroPredictors& predictors, std::int64_t at_once) {
        gather_deviations();
        LevelOne level_one{request_, traits_, blocks_, predictors, at_once, comm_};
        for (std::int64_t first = 0; first < traits(); first += level_one.most_traits()) {
            auto const last = std::min(traits(), first + level_one.most_traits());
            auto stacked = level_one.stack(first, last);
            unstandardise(stacked);
            for (auto& trait : stacked) {
                trait.trait = places_[static_cast<std::size_t>(trait.trait)];
            }
            together(comm_, [&] {
                if (comm_.is_root()) progress_->keep(stacked);
            });
            if (comm_.max(StopRequest::asked() ? 1 : 0) == 1) StopRequest::throw_stopped();
        }
    }

    WholeGenomeFrame const& frame_;
    WholeGenomeRequest const& request_;
    mpi::Communicator const& comm_;
    BaseTraits const& traits_;
    std::vector<std::int64_t> places_;
    GenomeBlocks& blocks_;
    std::optional<WholeGenomeProgress>& progress_;
    LevelZeroSettings settings_;
    std::vector<std::vector<double>> deviations_;  // Of each block's predictors, for scores.
};

/// predictors.h5 from what is kept of every trait. For the root.
class PredictorAssembly {
public:
    PredictorAssembly(WholeGenomeFrame const& frame, std::string covariates,
                      std::vector<SampleIndex> samples, GenomeBlocks const& blocks)
        : frame_{frame},
          covariates_{std::move(covariates)},
          samples_{std::move(samples)},
          blocks_{blocks} {}

    std::vector<PredictedTrait> write(WholeGenomeProgress const& progress,
                                      std::filesystem::path const& file) const {
        PredictorWriter writer{file, header()};
        std::vector<PredictedTrait> all;
        progress.each([&](StackedTrait const& trait) { all.push_back(write(trait, writer)); });
        writer.finish(ExistingFile::replace);
        return all;
    }

private:
    PredictorHeader header() const {
        return {.traits = frame_.names,
                .contigs = blocks_.contigs(),
                .whole = WholeGenome::present,
                .method = "stacked ridge",
                .covariates = covariates_,
                .source = fmt::format("maniple scan --whole-genome ridge: {} variants in {} blocks",
                                      blocks_.variants(), blocks_.blocks().size()),
                .fingerprint = frame_.cohort.index().fingerprint,
                .samples = frame_.cohort.samples().size()};
    }

    PredictedTrait write(StackedTrait const& stacked, PredictorWriter& writer) const {
        auto const t = static_cast<std::size_t>(stacked.trait);
        auto const cohort = frame_.cohort.samples().size();
        auto const slices = std::ssize(stacked.slices) / std::ssize(samples_);
        std::vector<float> of_cohort(static_cast<std::size_t>(slices * cohort),
                                     std::numeric_limits<float>::quiet_NaN());
        auto const* next = stacked.slices.data();
        for (std::int64_t slice = 0; slice < slices; ++slice) {
            for (auto s : samples_) {
                of_cohort[static_cast<std::size_t>(slice * cohort + s.get())] = *next++;
            }
        }
        bool const is_binary = frame_.outcomes[t] == Outcome::binary;
        TraitPrediction const how{
            .unit = is_binary ? PredictionUnit::log_odds : PredictionUnit::residual_sd,
            .scale = is_binary ? 1 : frame_.scales[t],
            .heritability = frame_.request.heritabilities[static_cast<std::size_t>(stacked.chosen)],
            .r_squared = stacked.r_squared};
        writer.write(TraitIndex{stacked.trait}, how, {of_cohort.data(), slices, cohort});
        return {.name = frame_.names[t], .counts = frame_.counts[t], .how = how};
    }

    WholeGenomeFrame const& frame_;
    std::string covariates_;
    std::vector<SampleIndex> samples_;
    GenomeBlocks const& blocks_;
};

void describe(std::vector<PredictedTrait> const& traits, double seconds, Log& log) {
    constexpr std::size_t shown = 20;
    log.note(fmt::format("whole genome: predictors made in {:.1f} s", seconds));
    for (std::size_t t = 0; t < std::min(shown, traits.size()); ++t) {
        auto const& trait = traits[t];
        log.note(fmt::format("  {}: out-of-fold R^2 {:.4f} (penalty of heritability {}){}",
                             trait.name, trait.how.r_squared, trait.how.heritability,
                             trait.how.unit == PredictionUnit::log_odds ? ", log odds" : ""));
    }
}

}  // namespace

ScratchOwner scratch_owner(WholeGenomeFrame const& frame, PlanFacts const& facts,
                           std::filesystem::path const& result) {
    Checksum sum;
    for (auto const& [name, value] : facts) {
        sum.add(name);
        sum.add(value);
    }
    sum.add(std::filesystem::absolute(result).string());
    return {.folder = frame.request.scratch,
            .key = sum.value(),
            .rank = frame.comm.rank(),
            .ranks = frame.comm.size()};
}

void fit_levels(WholeGenomeFrame const& frame, BaseTraits& traits,
                std::vector<ChosenBlock> const& chosen, GenomeBlocks& blocks,
                std::optional<WholeGenomeProgress>& progress, ScratchOwner const& owner) {
    auto const& request = frame.request;
    auto const& comm = frame.comm;
    auto missing = find_missing(std::ssize(traits.names), progress, comm);
    std::optional<BaseTraits> some;
    if (missing.size() < traits.names.size()) {
        frame.log.note(
            fmt::format("  {} were done by an interrupted run",
                        plural(std::ssize(traits.names) - std::ssize(missing), "trait")));
        // Scores need the others once more.
        some.emplace(request.use == GenomeUse::scores ? BaseTraits{traits} : std::move(traits));
        keep_traits(*some, missing);
    }
    if (missing.empty()) return;
    auto const& fitted = some ? *some : traits;
    auto const shape = find_shape(request, frame.cohort, fitted, chosen, blocks, comm);
    WholeGenomeMemory memory;
    together(comm, [&] { memory = choose_memory(shape, request, frame.log); });
    if (!request.scratch.empty()) remove_scratch(owner, ScratchRemoval::of_other_ranks);
    WholeGenomeFit{frame, fitted, std::move(missing), blocks, progress}.run(memory, owner);
}

PlanFacts whole_genome_facts(WholeGenomeRequest const& request) {
    Log silent{Speaker::silent};
    Participants const all{request, mpi::Communicator::alone(), silent};
    return whole_genome_facts(request, *all.cohort, *all.traits, all.chosen);
}

WholeGenomeResult fit_whole_genome(WholeGenomeRequest const& request,
                                   WholeGenomePlaces const& places, mpi::Communicator const& comm,
                                   Log& log) {
    Stopwatch const watch;
    Participants participants{request, comm, log};
    auto& cohort = participants.cohort;
    auto& traits = participants.traits;
    auto& chosen = participants.chosen;
    PlanFacts facts;
    std::optional<WholeGenomeProgress> progress;
    KeptWork const kept{"whole-genome regression", "choose another --out"};
    together(comm, [&] {
        facts = whole_genome_facts(request, *cohort, *traits, chosen);
        if (comm.is_root()) progress.emplace(places.progress, places.predictors, facts, kept);
    });
    WholeGenomeFrame const frame{request,        *cohort,          traits->names, traits->scales,
                                 traits->counts, traits->outcomes, comm,          log};
    auto const owner = scratch_owner(frame, facts, places.predictors);
    if (comm.max(progress && progress->finished() ? 1 : 0) == 1) {
        if (!request.scratch.empty()) remove_scratch(owner, ScratchRemoval::of_all);
        log.note("whole genome: the predictors that an interrupted run left are taken");
        return {comm.is_root() ? *progress->finished() : std::vector<PredictedTrait>{}, facts};
    }

    SampleMask base{cohort->samples().size()};
    for (auto s : traits->basis.samples) base.insert(s);
    GenomeBlocks blocks{*cohort, chosen,         request.filter, base, request.block_variants,
                        comm,    request.threads};
    log.note(fmt::format("whole genome: {} variants in {} of {} predict {}", blocks.variants(),
                         plural(std::ssize(blocks.blocks()), "block"),
                         plural(std::ssize(blocks.contigs()), "contig"),
                         plural(std::ssize(traits->names), "trait")));
    PredictorAssembly const assembly{frame, traits->covariates, traits->basis.samples, blocks};
    fit_levels(frame, *traits, chosen, blocks, progress, owner);
    traits.reset();
    std::vector<PredictedTrait> predicted;
    together(comm, [&] {
        if (!comm.is_root()) return;
        predicted = assembly.write(*progress, places.predictors);
        progress->finish(predicted);
    });
    if (!request.scratch.empty()) remove_scratch(owner, ScratchRemoval::of_all);
    if (comm.is_root()) describe(predicted, watch.seconds(), log);
    return {std::move(predicted), std::move(facts)};
}

}  // namespace maniple
