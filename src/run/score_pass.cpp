#include "maniple/run/score_pass.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "maniple/run/agreement.hpp"
#include "maniple/run/block_reader.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/rank_pulse.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple {
namespace {

constexpr std::chrono::microseconds nap{200};

/// The genotypes and weights of one tile of rows.
struct LoadedTile {
    std::vector<double> dense;  // What `weights` was made of.
    std::vector<RawBlock> raw;  // Kept from tile to tile.
    std::int32_t first_block = 0;
    std::int64_t blocks = 0;
    ScoreTile weights;
    std::vector<std::span<std::uint64_t const>> rows;
};

class ScorePass {
public:
    ScorePass(ScorePlan const& plan, mpi::Communicator const& comm, Log& log)
        : plan_{plan},
          comm_{comm},
          log_{log},
          reader_{plan.cohort()},
          pulse_{comm},
          samples_{plan.cohort().samples().size()},
          scores_{plan.scores()},
          sums_{samples_ * scores_},
          own_{own_tiles()},
          tiles_(plan.sharing() == WorkSharing::tiles ? static_cast<std::size_t>(threads()) : 2),
          workspaces_(static_cast<std::size_t>(threads())) {}

    AlignedBuffer<std::int64_t> run() {
        std::int64_t rows = 0;
        for (auto const& tile : own_) rows += tile.last_row - tile.first_row;
        {
            Progress progress{comm_.size() > 1 ? "variants of rank 0" : "variants", rows, log_};
            if (plan_.sharing() == WorkSharing::tiles) {
                share_tiles(progress);
            } else {
                share_samples(progress);
            }
        }
        while (!left_ && !leaves(true)) std::this_thread::sleep_for(nap);
        agree(comm_, failure_.get());
        if (pulse_.trouble() == RankPulse::Trouble::stop) StopRequest::throw_stopped();
        comm_.sum(sums_.span());
        add_constants();
        return std::move(sums_);
    }

private:
    int threads() const { return plan_.request().threads; }

    /// Every thread takes whole tiles and has sums of its own: none waits for another.
    void share_tiles(Progress& progress) {
        std::mutex reading;
        std::mutex adding;
        std::size_t next = 0;
        std::atomic<std::int64_t> rows_done{0};
        std::int64_t rows_told = 0;
#pragma omp parallel num_threads(threads())
        {
            auto const thread = static_cast<std::size_t>(omp_get_thread_num());
            auto& loaded = tiles_[thread];
            AlignedBuffer<std::int64_t> sums;
            failure_.guard([&] { sums = AlignedBuffer<std::int64_t>{sums_.size()}; });
            while (!gives_up_ && failure_.get() == nullptr) {
                std::size_t mine = own_.size();
                failure_.guard([&] {
                    std::lock_guard const lock{reading};
                    if (next < own_.size()) read(loaded, own_[mine = next++]);
                });
                if (mine == own_.size()) break;
                failure_.guard([&] {
                    unpack(loaded, own_[mine]);
                    for (std::int64_t chunk = 0; chunk < chunks(); ++chunk) {
                        add(loaded, chunk, workspaces_[thread], sums.data());
                    }
                    rows_done += own_[mine].last_row - own_[mine].first_row;
                });
                // Messages are this thread's alone.
                if (thread != 0) continue;
                failure_.guard([&] {
                    auto const rows = rows_done.load();
                    progress.advance(rows - rows_told);
                    rows_told = rows;
                    gives_up_ = leaves(false);
                });
            }
            std::lock_guard const lock{adding};
            for (std::int64_t i = 0; i < sums.size(); ++i) sums_[i] += sums[i];
        }
        progress.advance(rows_done - rows_told);
    }

    void unpack(LoadedTile& loaded, RowTile const& tile) const {
        for (std::int64_t b = 0; b < loaded.blocks; ++b) {
            decode_block(loaded.raw[static_cast<std::size_t>(b)]);
        }
        assign(loaded, tile);
        find_rows(loaded, tile);
    }

    /// All threads work on one tile, each on samples of its own.
    void share_samples(Progress& progress) {
        for (std::size_t t = 0; t <= own_.size(); ++t) {
            if (leaves(false)) break;
            step(t);
            if (t > 0 && !failure_.get()) {
                progress.advance(own_[t - 1].last_row - own_[t - 1].first_row);
            }
        }
    }

    /// A run of tiles with this rank's share of the rows.
    std::vector<RowTile> own_tiles() const {
        std::vector<RowTile> own;
        auto const rows = std::ssize(plan_.rows());
        for (auto const& tile : plan_.tiles()) {
            auto const middle = (tile.first_row + tile.last_row) / 2;
            if (middle * comm_.size() / rows == comm_.rank()) own.push_back(tile);
        }
        return own;
    }

    bool leaves(bool finished) {
        auto trouble = RankPulse::Trouble::none;
        if (StopRequest::asked()) trouble = RankPulse::Trouble::stop;
        if (failure_.get()) trouble = RankPulse::Trouble::failure;
        return left_ = pulse_.beat(trouble, finished);
    }

    /// Sum tile t - 1 while the blocks of tile t are read; then inflate them.
    void step(std::size_t t) {
        auto* const next = t < own_.size() ? &tiles_[t % 2] : nullptr;
        auto* const ready = t > 0 ? &tiles_[(t - 1) % 2] : nullptr;
        auto const ready_chunks = ready != nullptr ? chunks() : 0;
        std::atomic<std::int64_t> next_chunk{0};
        std::atomic<std::int64_t> next_block{0};
#pragma omp parallel num_threads(threads())
        {
            auto const thread = omp_get_thread_num();
            if (next != nullptr && thread == 0) failure_.guard([&] { read(*next, own_[t]); });
            failure_.guard([&] {
                while (failure_.get() == nullptr) {
                    auto const chunk = next_chunk++;
                    if (chunk >= ready_chunks) break;
                    add(*ready, chunk, workspaces_[static_cast<std::size_t>(thread)], sums_.data());
                }
            });
#pragma omp barrier
            failure_.guard([&] {
                if (next == nullptr) return;
                if (thread == 0) assign(*next, own_[t]);
                while (failure_.get() == nullptr) {
                    auto const block = next_block++;
                    if (block >= next->blocks) break;
                    decode_block(next->raw[static_cast<std::size_t>(block)]);
                }
            });
        }
        if (next != nullptr && !failure_.get()) failure_.guard([&] { find_rows(*next, own_[t]); });
    }

    void read(LoadedTile& loaded, RowTile const& tile) {
        auto const& rows = plan_.rows();
        loaded.first_block = rows[static_cast<std::size_t>(tile.first_row)].block;
        auto const last = rows[static_cast<std::size_t>(tile.last_row - 1)].block;
        loaded.blocks = last - loaded.first_block + 1;
        if (std::ssize(loaded.raw) < loaded.blocks) {
            loaded.raw.resize(static_cast<std::size_t>(loaded.blocks));
        }
        for (std::int64_t b = 0; b < loaded.blocks; ++b) {
            auto const& block = plan_.blocks()[static_cast<std::size_t>(loaded.first_block + b)];
            reader_.read(block, loaded.raw[static_cast<std::size_t>(b)]);
            reader_.forget_before(block.partition);
        }
    }

    void assign(LoadedTile& loaded, RowTile const& tile) const {
        auto const count = tile.last_row - tile.first_row;
        loaded.dense.resize(static_cast<std::size_t>(scores_ * count));
        MatrixView<double> const weights{loaded.dense.data(), scores_, count};
        plan_.fill_weights(tile, weights);
        std::vector<double> alternates;
        for (auto r = tile.first_row; r < tile.last_row; ++r) {
            alternates.push_back(plan_.rows()[static_cast<std::size_t>(r)].missing_alternates);
        }
        auto const missing = plan_.missing_share(tile) > ScoreTile::many_missing
                                 ? MissingShare::many
                                 : MissingShare::few;
        loaded.weights.assign(weights, plan_.scales(), alternates, missing);
    }

    void find_rows(LoadedTile& loaded, RowTile const& tile) const {
        loaded.rows.clear();
        for (auto r = tile.first_row; r < tile.last_row; ++r) {
            auto const& row = plan_.rows()[static_cast<std::size_t>(r)];
            auto const& raw = loaded.raw[static_cast<std::size_t>(row.block - loaded.first_block)];
            loaded.rows.push_back(raw.view().row(LocalVariantIndex{row.row}));
        }
    }

    std::int64_t chunks() const { return (samples_ + score_chunk - 1) / score_chunk; }

    void add(LoadedTile const& loaded, std::int64_t chunk, ScoreWorkspace& workspace,
             std::int64_t* sums) const {
        auto const first = chunk * score_chunk;
        auto const last = std::min(samples_, first + score_chunk);
        add_scores(loaded.rows, loaded.weights, {SampleIndex{first}, SampleIndex{last}}, workspace,
                   {sums + first * scores_, last - first, scores_});
    }

    void add_constants() {
        auto const constants = plan_.constants();
        for (std::int64_t s = 0; s < samples_; ++s) {
            for (std::int64_t c = 0; c < scores_; ++c) {
                sums_[s * scores_ + c] += constants[static_cast<std::size_t>(c)];
            }
        }
    }

    ScorePlan const& plan_;
    mpi::Communicator const& comm_;
    Log& log_;
    BlockReader reader_;
    RankPulse pulse_;
    std::int64_t samples_;
    std::int64_t scores_;
    AlignedBuffer<std::int64_t> sums_;
    std::vector<RowTile> own_;
    std::vector<LoadedTile> tiles_;
    std::vector<ScoreWorkspace> workspaces_;
    FirstFailure failure_;
    std::atomic<bool> gives_up_{false};
    bool left_ = false;
};

}  // namespace

AlignedBuffer<std::int64_t> sum_scores(ScorePlan const& plan, mpi::Communicator const& comm,
                                       Log& log) {
    return ScorePass{plan, comm, log}.run();
}

}  // namespace maniple
