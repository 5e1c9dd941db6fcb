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
#include "maniple/core/stopwatch.hpp"
#include "maniple/model/block_ridge.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/genome_blocks.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/store/predictor_file.hpp"
#include "participants.hpp"
#include "readable.hpp"
#include "scratch_file.hpp"
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

/// What all traits of a request have in common, and what is known of each without its values.
struct WholeGenomeFrame {
    WholeGenomeRequest const& request;
    Cohort const& cohort;
    std::vector<std::string> names;
    std::vector<double> scales;
    std::vector<TraitCounts> counts;
    std::vector<Outcome> outcomes;
    mpi::Communicator comm;
    Log& log;
};

/// Levels 0 and 1 of some traits.
class WholeGenomeFit {
public:
    /// \param traits  those that are to be fitted. \param places  of them among all.
    /// \param progress  the root's.
    WholeGenomeFit(WholeGenomeFrame const& frame, BaseTraits traits,
                   std::vector<std::int64_t> places, GenomeBlocks& blocks,
                   std::optional<WholeGenomeProgress>& progress)
        : frame_{frame},
          request_{frame.request},
          comm_{frame.comm},
          traits_{std::move(traits)},
          places_{std::move(places)},
          blocks_{blocks},
          progress_{progress},
          settings_{.variants = blocks.variants(),
                    .folds = request_.folds,
                    .heritabilities = request_.heritabilities} {}

    /// Keep every trait in the progress. \param owner  of scratch files.
    void run(WholeGenomeMemory const& memory, ScratchOwner const& owner) {
        std::optional<LevelZeroPredictors> predictors;
        together(comm_, [&] { predictors.emplace(open_predictors(memory, owner)); });
        try {
            predict_blocks(*predictors);
            stack(*predictors, memory.traits_at_once);
        } catch (Error const& error) {
            if (error.code() == ExitCode::stopped) predictors->keep();
            throw;
        }
    }

private:
    std::int64_t traits() const { return std::ssize(traits_.names); }
    std::int64_t samples() const { return std::ssize(traits_.basis.samples); }
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
        auto const is_wanted = [&](std::size_t block) { return !predictors.has(place_of(block)); };
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
            dropped += ridges[static_cast<std::size_t>(thread)].predict(
                genotypes, rows, predictors.rows_of(thread, place_of(block)));
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

    // Some traits at a time, and each kept as soon as it is there.
    void stack(LevelZeroPredictors& predictors, std::int64_t at_once) {
        LevelOne level_one{request_, traits_, blocks_, predictors, at_once, comm_};
        for (std::int64_t first = 0; first < traits(); first += level_one.most_traits()) {
            auto const last = std::min(traits(), first + level_one.most_traits());
            auto stacked = level_one.stack(first, last);
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
    BaseTraits traits_;
    std::vector<std::int64_t> places_;
    GenomeBlocks& blocks_;
    std::optional<WholeGenomeProgress>& progress_;
    LevelZeroSettings settings_;
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

// Of the files of one run, whatever its ranks. Collective; the facts are the same on all ranks.
ScratchOwner scratch_owner(WholeGenomeFrame const& frame, PlanFacts const& facts,
                           WholeGenomePlaces const& places) {
    Checksum sum;
    for (auto const& [name, value] : facts) {
        sum.add(name);
        sum.add(value);
    }
    sum.add(std::filesystem::absolute(places.predictors).string());
    return {.folder = frame.request.scratch,
            .key = sum.value(),
            .rank = frame.comm.rank(),
            .ranks = frame.comm.size()};
}

}  // namespace

std::vector<PredictedTrait> fit_whole_genome(WholeGenomeRequest const& request,
                                             WholeGenomePlaces const& places,
                                             mpi::Communicator const& comm, Log& log) {
    Stopwatch const watch;
    Participants participants{request, comm, log};
    auto& [cohort, traits, chosen] = participants;
    PlanFacts facts;
    std::optional<WholeGenomeProgress> progress;
    together(comm, [&] {
        facts = whole_genome_facts(request, *cohort, *traits, chosen);
        if (comm.is_root()) progress.emplace(places.progress, places.predictors, facts);
    });
    WholeGenomeFrame const frame{request,        *cohort,          traits->names, traits->scales,
                                 traits->counts, traits->outcomes, comm,          log};
    auto const owner = scratch_owner(frame, facts, places);
    if (comm.max(progress && progress->finished() ? 1 : 0) == 1) {
        if (!request.scratch.empty()) remove_scratch(owner, ScratchRemoval::of_all);
        log.note("whole genome: the predictors that an interrupted run left are taken");
        return comm.is_root() ? *progress->finished() : std::vector<PredictedTrait>{};
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
    auto missing = find_missing(std::ssize(traits->names), progress, comm);
    if (missing.size() < traits->names.size()) {
        log.note(fmt::format("  {} were done by an interrupted run",
                             plural(std::ssize(traits->names) - std::ssize(missing), "trait")));
    }
    if (!missing.empty()) {
        keep_traits(*traits, missing);  // Residuals are most of what traits take.
        auto const shape = find_shape(request, *cohort, *traits, chosen, blocks, comm);
        WholeGenomeMemory memory;
        together(comm, [&] { memory = choose_memory(shape, request, log); });
        if (!request.scratch.empty()) remove_scratch(owner, ScratchRemoval::of_other_ranks);
        WholeGenomeFit fit{frame, std::move(*traits), std::move(missing), blocks, progress};
        fit.run(memory, owner);
    }
    std::vector<PredictedTrait> predicted;
    together(comm, [&] {
        if (!comm.is_root()) return;
        predicted = assembly.write(*progress, places.predictors);
        progress->finish(predicted);
    });
    if (!request.scratch.empty()) remove_scratch(owner, ScratchRemoval::of_all);
    if (comm.is_root()) describe(predicted, watch.seconds(), log);
    return predicted;
}

}  // namespace maniple
