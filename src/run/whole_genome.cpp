#include "maniple/run/whole_genome.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base_traits.hpp"
#include "level_one.hpp"
#include "level_zero_predictors.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/model/block_ridge.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/genome_blocks.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/store/predictor_file.hpp"
#include "readable.hpp"

namespace maniple {
namespace {

/// A whole-genome regression between its traits and its file.
class WholeGenomeFit {
public:
    WholeGenomeFit(WholeGenomeRequest const& request, Cohort const& cohort, BaseTraits traits,
                   GenomeBlocks& blocks, mpi::Communicator const& comm, Log& log)
        : request_{request},
          cohort_{cohort},
          traits_{std::move(traits)},
          blocks_{blocks},
          comm_{comm},
          log_{log},
          settings_{.variants = blocks.variants(),
                    .folds = request.folds,
                    .heritabilities = request.heritabilities} {}

    /// \throws UserError where a rank's share of the predictors does not fit its memory.
    void require_memory() const {
        auto const matrix = columns() * samples() * std::int64_t{sizeof(float)};
        auto const own = (matrix * traits() + comm_.size() - 1) / comm_.size();
        // A thread's trait: its predictors once more, and triangles of level 1.
        auto const folds = request_.folds + 2;
        auto const working = request_.threads * (matrix + 8 * folds * columns() * columns());
        if (own + working <= request_.memory) return;
        throw UserError{fmt::format(
            "whole-genome regression: {} of {} blocks needs about {} on each rank, of {} "
            "(--memory); "
            "run it on more nodes, with larger --whole-genome-block, or for fewer traits at a time",
            plural(traits(), "trait"), blocks_.blocks().size(), readable_bytes(own + working),
            readable_bytes(request_.memory))};
    }

    std::vector<PredictedTrait> run(std::filesystem::path const& file) {
        std::int64_t own = 0;
        for (std::size_t b = 0; b < blocks_.blocks().size(); ++b) own += blocks_.is_own(b) ? 1 : 0;
        LevelZeroPredictors predictors{traits(), own, steps(), samples()};
        predict_blocks(own, predictors);
        std::optional<PredictorWriter> writer;
        together(comm_, [&] {
            if (comm_.is_root()) writer.emplace(file, header());
        });
        LevelOne level_one{request_, traits_, blocks_, predictors, comm_};
        std::vector<PredictedTrait> all;
        for (std::int64_t first = 0; first < traits(); first += level_one.most_traits()) {
            auto const last = std::min(traits(), first + level_one.most_traits());
            auto const stacked = level_one.stack(first, last);
            together(comm_, [&] {
                for (auto const& trait : stacked) all.push_back(write(trait, *writer));
            });
            if (comm_.max(StopRequest::asked() ? 1 : 0) == 1) StopRequest::throw_stopped();
        }
        together(comm_, [&] {
            if (writer) writer->finish(ExistingFile::replace);
        });
        return all;
    }

private:
    std::int64_t traits() const { return std::ssize(traits_.names); }
    std::int64_t samples() const { return std::ssize(traits_.basis.samples); }
    std::int64_t steps() const { return std::ssize(settings_.heritabilities); }
    std::int64_t columns() const { return std::ssize(blocks_.blocks()) * steps(); }

    void predict_blocks(std::int64_t own, LevelZeroPredictors& predictors) {
        std::vector<std::span<double const>> residuals{traits_.residuals.begin(),
                                                       traits_.residuals.end()};
        LevelZeroDesign const design{traits_.basis, cohort_.samples().size(), traits_.folds,
                                     residuals, settings_};
        std::vector<BlockRidge> ridges;
        for (int thread = 0; thread < request_.threads; ++thread) ridges.emplace_back(design);
        Progress progress{"blocks of the whole genome", own, log_};
        std::atomic<std::int64_t> done{0};
        blocks_.each([&](int thread, std::size_t block, PackedView genotypes) {
            std::vector<LocalVariantIndex> rows;
            for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) rows.push_back(v);
            auto const place = static_cast<std::int64_t>(block) / comm_.size();
            ridges[static_cast<std::size_t>(thread)].predict(genotypes, rows,
                                                             predictors.rows_of(place));
            ++done;
            if (thread == 0) progress.reach(done);
        });
    }

    PredictorHeader header() const {
        return {.traits = traits_.names,
                .contigs = blocks_.contigs(),
                .whole = WholeGenome::present,
                .method = "stacked ridge",
                .covariates = traits_.covariates,
                .source = fmt::format("maniple scan --whole-genome ridge: {} variants in {} blocks",
                                      blocks_.variants(), blocks_.blocks().size()),
                .fingerprint = cohort_.index().fingerprint,
                .samples = cohort_.samples().size()};
    }

    PredictedTrait write(StackedTrait const& stacked, PredictorWriter& writer) const {
        auto const t = static_cast<std::size_t>(stacked.trait);
        auto const& residual = traits_.residuals[t];
        auto const cohort = cohort_.samples().size();
        auto const slices = std::ssize(stacked.slices) / samples();
        std::vector<float> of_cohort(static_cast<std::size_t>(slices * cohort),
                                     std::numeric_limits<float>::quiet_NaN());
        for (std::int64_t slice = 0; slice < slices; ++slice) {
            auto const* const of_base = stacked.slices.data() + slice * samples();
            for (std::size_t s = 0; s < residual.size(); ++s) {
                if (std::isnan(residual[s])) continue;
                auto const to = traits_.basis.samples[s].get();
                of_cohort[static_cast<std::size_t>(slice * cohort + to)] = of_base[s];
            }
        }
        writer.write(TraitIndex{stacked.trait}, traits_.scales[t],
                     {of_cohort.data(), slices, cohort});
        return {.name = traits_.names[t],
                .samples = std::ranges::count_if(residual, [](double y) { return !std::isnan(y); }),
                .heritability = settings_.heritabilities[static_cast<std::size_t>(stacked.chosen)],
                .r_squared = stacked.r_squared};
    }

    WholeGenomeRequest const& request_;
    Cohort const& cohort_;
    BaseTraits traits_;
    GenomeBlocks& blocks_;
    mpi::Communicator comm_;
    Log& log_;
    LevelZeroSettings settings_;
};

void describe(std::vector<PredictedTrait> const& traits, double seconds, Log& log) {
    constexpr std::size_t shown = 20;
    log.note(fmt::format("whole genome: predictors made in {:.1f} s", seconds));
    for (std::size_t t = 0; t < std::min(shown, traits.size()); ++t) {
        auto const& trait = traits[t];
        log.note(fmt::format("  {}: out-of-fold R^2 {:.4f} (penalty of heritability {})",
                             trait.name, trait.r_squared, trait.heritability));
    }
}

}  // namespace

std::vector<PredictedTrait> fit_whole_genome(WholeGenomeRequest const& request,
                                             std::filesystem::path const& file,
                                             mpi::Communicator const& comm, Log& log) {
    Stopwatch const watch;
    std::optional<Cohort> cohort;
    std::optional<BaseTraits> traits;
    std::vector<ChosenBlock> chosen;
    together(comm, [&] {
        cohort.emplace(request.store);
        traits.emplace(load_base_traits(request, *cohort, log));
        chosen = choose_variants(*cohort, request.variants, log);
    });
    SampleMask base{cohort->samples().size()};
    for (auto s : traits->basis.samples) base.insert(s);
    GenomeBlocks blocks{*cohort, chosen,         request.filter, base, request.block_variants,
                        comm,    request.threads};
    log.note(fmt::format("whole genome: {} variants in {} of {} predict {}", blocks.variants(),
                         plural(std::ssize(blocks.blocks()), "block"),
                         plural(std::ssize(blocks.contigs()), "contig"),
                         plural(std::ssize(traits->names), "trait")));
    std::optional<WholeGenomeFit> fit;
    together(comm, [&] {
        fit.emplace(request, *cohort, std::move(*traits), blocks, comm, log);
        fit->require_memory();
    });
    auto predicted = fit->run(file);
    if (comm.is_root()) describe(predicted, watch.seconds(), log);
    return predicted;
}

}  // namespace maniple
