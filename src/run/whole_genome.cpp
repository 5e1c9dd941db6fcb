#include "maniple/run/whole_genome.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base_traits.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/model/block_ridge.hpp"
#include "maniple/model/stacked_ridge.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/genome_blocks.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/store/predictor_file.hpp"
#include "readable.hpp"

namespace maniple {
namespace {

constexpr int predictors_tag = 2;

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
          folds_{share_out_folds(request, cohort.samples(), traits_.basis.samples)},
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
        predict_blocks();
        std::optional<PredictorWriter> writer;
        together(comm_, [&] {
            if (comm_.is_root()) writer.emplace(file, header());
        });
        std::vector<PredictedTrait> all;
        auto const step = comm_.size() * comm_.max(request_.threads);
        for (std::int64_t first = 0; first < traits(); first += step) {
            auto some = stack(first, std::min(traits(), first + step), writer);
            std::ranges::move(some, std::back_inserter(all));
            if (comm_.max(StopRequest::asked() ? 1 : 0) == 1) StopRequest::throw_stopped();
        }
        together(comm_, [&] {
            if (writer) writer->finish(ExistingFile::replace);
        });
        return all;
    }

private:
    /// One trait's level 1, as its rank sends it.
    struct Stacked {
        std::int64_t trait;
        std::int64_t chosen;
        double r_squared;
    };

    std::int64_t traits() const { return std::ssize(traits_.names); }
    std::int64_t samples() const { return std::ssize(traits_.basis.samples); }
    std::int64_t steps() const { return std::ssize(settings_.heritabilities); }
    std::int64_t columns() const { return std::ssize(blocks_.blocks()) * steps(); }
    std::int64_t slices() const { return std::ssize(blocks_.contigs()) + 1; }
    // Of a message with one fit.
    std::size_t fit_bytes() const {
        return sizeof(Stacked) + static_cast<std::size_t>(slices() * samples()) * sizeof(float);
    }
    int owner_of(std::int64_t trait) const { return static_cast<int>(trait % comm_.size()); }

    // Level 0.
    void predict_blocks() {
        std::vector<std::span<double const>> residuals{traits_.residuals.begin(),
                                                       traits_.residuals.end()};
        LevelZeroDesign const design{traits_.basis, cohort_.samples().size(), folds_, residuals,
                                     settings_};
        std::vector<BlockRidge> ridges;
        for (int thread = 0; thread < request_.threads; ++thread) ridges.emplace_back(design);
        predictors_.resize(blocks_.blocks().size());
        std::int64_t own = 0;
        for (std::size_t b = 0; b < predictors_.size(); ++b) own += blocks_.is_own(b) ? 1 : 0;
        Progress progress{"blocks of the whole genome", own, log_};
        std::atomic<std::int64_t> done{0};
        blocks_.each([&](int thread, std::size_t block, PackedView genotypes) {
            std::vector<LocalVariantIndex> rows;
            for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) rows.push_back(v);
            auto& found = predictors_[block];
            found.resize(static_cast<std::size_t>(design.predictors() * samples()));
            ridges[static_cast<std::size_t>(thread)].predict(
                genotypes, rows, {found.data(), design.predictors(), samples()});
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

    // Predictors of one trait in this rank's blocks, block after block.
    void add_own(std::int64_t trait, mpi::Bytes& bytes) const {
        for (auto const& block : predictors_) {
            if (block.empty()) continue;
            auto const size = static_cast<std::size_t>(steps() * samples());
            auto const own = std::span{block}.subspan(static_cast<std::size_t>(trait) * size, size);
            auto const raw = std::as_bytes(own);
            bytes.insert(bytes.end(), raw.begin(), raw.end());
        }
    }

    // Level 1 of some traits, each on its rank. \return on the root, what became of them.
    std::vector<PredictedTrait> stack(std::int64_t first, std::int64_t last,
                                      std::optional<PredictorWriter>& writer) {
        std::vector<std::int64_t> own;
        std::vector<std::vector<float>> matrices;
        exchange(first, last, own, matrices);
        std::vector<StackedFit> fits(own.size());
        FirstFailure failure;
#pragma omp parallel for schedule(dynamic, 1) num_threads(request_.threads)
        for (std::size_t i = 0; i < own.size(); ++i) {
            failure.guard([&] {
                fits[i] = fit(own[i], matrices[i]);
                matrices[i] = {};
            });
        }
        agree(comm_, failure.get());
        mpi::Bytes message;
        for (std::size_t i = 0; i < own.size(); ++i) add_fit(own[i], fits[i], message);
        fits.clear();
        auto const gathered = comm_.gather(message);
        std::vector<PredictedTrait> all;
        together(comm_, [&] {
            if (!comm_.is_root()) return;
            // In the order of traits: equal files have equal bytes.
            std::map<std::int64_t, std::span<std::byte const>> by_trait;
            for (auto const& bytes : gathered) {
                for (auto rest = std::span{bytes}; !rest.empty();
                     rest = rest.subspan(fit_bytes())) {
                    Stacked head{};
                    std::memcpy(&head, rest.data(), sizeof head);
                    by_trait[head.trait] = rest.first(fit_bytes());
                }
            }
            for (auto const& [trait, bytes] : by_trait) all.push_back(write_fit(bytes, *writer));
        });
        return all;
    }

    // columns x samples of each trait that is this rank's.
    void exchange(std::int64_t first, std::int64_t last, std::vector<std::int64_t>& own,
                  std::vector<std::vector<float>>& matrices) const {
        std::vector<mpi::PendingSend> sent;
        for (auto t = first; t < last; ++t) {
            if (owner_of(t) == comm_.rank()) {
                own.push_back(t);
                continue;
            }
            mpi::Bytes bytes;
            add_own(t, bytes);
            sent.push_back(comm_.send(std::move(bytes), owner_of(t), predictors_tag));
        }
        auto const block_size = static_cast<std::size_t>(steps() * samples());
        for (auto t : own) {
            auto& matrix = matrices.emplace_back(static_cast<std::size_t>(columns() * samples()));
            for (int rank = 0; rank < comm_.size(); ++rank) {
                mpi::Bytes bytes;
                if (rank == comm_.rank()) {
                    add_own(t, bytes);
                } else {
                    bytes = comm_.receive(rank, predictors_tag);
                }
                auto const* next = bytes.data();
                for (auto b = static_cast<std::size_t>(rank); b < predictors_.size();
                     b += static_cast<std::size_t>(comm_.size())) {
                    std::memcpy(matrix.data() + b * block_size, next, block_size * sizeof(float));
                    next += block_size * sizeof(float);
                }
            }
        }
    }

    StackedFit fit(std::int64_t trait, std::vector<float> const& matrix) const {
        auto const& residual = traits_.residuals[static_cast<std::size_t>(trait)];
        auto folds = folds_;
        std::vector<double> scaled(residual.size());
        for (std::size_t s = 0; s < residual.size(); ++s) {
            if (std::isnan(residual[s])) {
                folds[s] = -1;
            } else {
                scaled[s] = residual[s] / traits_.scales[static_cast<std::size_t>(trait)];
            }
        }
        std::vector<std::int32_t> contigs;
        for (auto const& block : blocks_.blocks()) {
            contigs.insert(contigs.end(), static_cast<std::size_t>(steps()), block.contig);
        }
        auto const penalties =
            stacked_penalties(Outcome::quantitative, columns(), settings_.heritabilities);
        auto fitted = fit_stacked_ridge({.predictors = {matrix.data(), columns(), samples()},
                                         .contigs = contigs,
                                         .folds = folds,
                                         .fold_count = request_.folds,
                                         .penalties = penalties},
                                        scaled);
        if (fitted.status == FitStatus::ok) return fitted;
        throw UserError{
            fmt::format("trait '{}' cannot be predicted from the whole genome ({}); leave it out",
                        traits_.names[static_cast<std::size_t>(trait)], to_string(fitted.status))};
    }

    void add_fit(std::int64_t trait, StackedFit const& fit, mpi::Bytes& message) const {
        auto const add = [&](std::span<std::byte const> bytes) {
            message.insert(message.end(), bytes.begin(), bytes.end());
        };
        auto const& loss = fit.losses[static_cast<std::size_t>(fit.chosen)];
        Stacked const head{trait, fit.chosen, loss.r_squared};
        add(std::as_bytes(std::span{&head, 1}));
        auto const add_slice = [&](std::span<double const> slice) {
            std::vector<float> const narrow{slice.begin(), slice.end()};
            add(std::as_bytes(std::span{narrow}));
        };
        for (std::int64_t c = 0; c + 1 < slices(); ++c) add_slice(fit.loco_of(c));
        add_slice(fit.whole);
    }

    PredictedTrait write_fit(std::span<std::byte const> bytes, PredictorWriter& writer) const {
        Stacked head{};
        std::memcpy(&head, bytes.data(), sizeof head);
        auto const* next = bytes.data() + sizeof head;
        auto const t = static_cast<std::size_t>(head.trait);
        auto const& residual = traits_.residuals[t];
        auto const cohort = cohort_.samples().size();
        std::vector<float> of_base(static_cast<std::size_t>(samples()));
        std::vector<float> of_cohort(static_cast<std::size_t>(slices() * cohort),
                                     std::numeric_limits<float>::quiet_NaN());
        for (std::int64_t slice = 0; slice < slices(); ++slice) {
            std::memcpy(of_base.data(), next, of_base.size() * sizeof(float));
            next += of_base.size() * sizeof(float);
            for (std::size_t s = 0; s < of_base.size(); ++s) {
                if (std::isnan(residual[s])) continue;
                auto const to = traits_.basis.samples[s].get();
                of_cohort[static_cast<std::size_t>(slice * cohort + to)] = of_base[s];
            }
        }
        writer.write(TraitIndex{head.trait}, traits_.scales[t],
                     {of_cohort.data(), slices(), cohort});
        return {.name = traits_.names[t],
                .samples = std::ranges::count_if(residual, [](double y) { return !std::isnan(y); }),
                .heritability = settings_.heritabilities[static_cast<std::size_t>(head.chosen)],
                .r_squared = head.r_squared};
    }

    WholeGenomeRequest const& request_;
    Cohort const& cohort_;
    BaseTraits traits_;
    GenomeBlocks& blocks_;
    mpi::Communicator comm_;
    Log& log_;
    std::vector<std::int32_t> folds_;
    LevelZeroSettings settings_;
    std::vector<std::vector<float>> predictors_;  // Of this rank's blocks; else empty.
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
