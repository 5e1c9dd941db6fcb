#include "maniple/run/scan_batch.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "maniple/run/agreement.hpp"
#include "maniple/run/block_worker.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/rank_pulse.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/run/unit_queue.hpp"

namespace maniple {
namespace {

using Work = UnitTask::Work;

constexpr int results_tag = 1;

// How long the thread that speaks MPI sleeps where it has nothing to do but to listen.
constexpr std::chrono::microseconds nap{200};

/// A block as it was read, and what of it a unit needs.
struct RawPiece {
    UnitPiece piece;
    RawBlock bytes;
    bool decoded = false;
    std::shared_ptr<ContigOffsets const> offsets;  // Until the piece is computed.
};

/// A rank's units, by turn.
std::vector<std::int64_t> own_units(Range<UnitIndex> units, mpi::Communicator const& comm) {
    std::vector<std::int64_t> own;
    for (auto u = units.first.get(); u < units.last.get(); ++u) {
        if (owner_of_unit(u, comm.size()) == comm.rank()) own.push_back(u);
    }
    return own;
}

UnitQueue make_queue(ScanUnits const& units, Range<UnitIndex> all,
                     std::vector<std::int64_t> const& own, ColumnGroups const& groups,
                     mpi::Communicator const& comm, int threads) {
    std::vector<std::int64_t> pieces;
    for (auto unit : own) pieces.push_back(units.piece_count(unit));
    std::vector<char> owners;
    for (auto u = all.first.get(); comm.is_root() && u < all.last.get(); ++u) {
        owners.push_back(owner_of_unit(u, comm.size()) == 0 ? 1 : 0);
    }
    auto const limits = pass_limits(threads);
    return {std::move(pieces),
            groups.count(),
            std::move(owners),
            {.arrays = limits.arrays, .buffers = limits.buffers}};
}

class BatchScan {
public:
    BatchScan(ScanPlan const& plan, ScanUnits const& units, ScanModels const& models,
              ContigNulls& nulls, Range<UnitIndex> which, mpi::Communicator const& comm,
              UnitSink const& sink, ScanTally& tally, Progress& progress)
        : plan_{plan},
          units_{units},
          models_{models},
          nulls_{nulls},
          comm_{comm},
          sink_{sink},
          tally_{tally},
          progress_{progress},
          first_unit_{which.first.get()},
          own_{own_units(which, comm)},
          groups_{models.layout.traits(), models.layout.patterns(), units.unit_rows()},
          queue_{make_queue(units, which, own_, groups_, comm, plan.request().threads)},
          reader_{plan.cohort()},
          pulse_{comm} {
        auto const threads = plan.request().threads;
        auto const limits = pass_limits(threads);
        workers_.resize(static_cast<std::size_t>(threads));
        raw_.resize(static_cast<std::size_t>(limits.buffers));
        for (std::int64_t a = 0; a < std::min(limits.arrays, std::ssize(own_)); ++a) {
            arrays_.emplace_back(models.layout.traits(), models.layout.patterns(),
                                 units.unit_rows());
        }
        encoded_.assign(UnitQueue::encoded_units, EncodedUnit{groups_});
    }

    void run() {
        auto const threads = plan_.request().threads;
        omp_set_num_threads(threads);
        FirstFailure broken;  // Of what ranks do together: there is no agreeing any more.
#pragma omp parallel num_threads(threads)
        {
            if (omp_get_thread_num() == 0) {
                broken.guard([&] { lead(); });
                queue_.close();
            } else {
                follow();
            }
        }
        broken.rethrow();
        agree(comm_, failure_.get());
        if (pulse_.trouble() == RankPulse::Trouble::stop) StopRequest::throw_stopped();
        show_progress();
    }

private:
    // The master thread: speaks MPI between its tasks.
    void lead() {
        auto const patience = comm_.size() > 1 ? std::optional{nap} : std::nullopt;
        while (!communicate()) {
            show_progress();
            auto const task = queue_.take(patience);
            if (task.work == Work::leave) {
                if (comm_.size() == 1) continue;
                std::this_thread::sleep_for(nap);
            } else if (task.work != Work::wait) {
                perform(task);
            }
        }
    }

    void follow() {
        for (;;) {
            auto const task = queue_.take({});
            if (task.work == Work::leave) return;
            perform(task);
        }
    }

    void perform(UnitTask const& task) {
        failure_.guard([&] {
            switch (task.work) {
                case Work::read:
                    read(task);
                    break;
                case Work::compute:
                    compute(task);
                    break;
                case Work::encode:
                    encode(task);
                    break;
                case Work::write:
                    write(task);
                    break;
                case Work::wait:
                case Work::leave:
                    break;
            }
        });
        if (failure_.get()) {
            queue_.close();
        } else {
            queue_.done(task);
        }
    }

    /// \return whether all ranks leave now.
    bool communicate() {
        if (comm_.is_root()) {
            receive_wanted();
        } else {
            send_encoded();
        }
        auto trouble = RankPulse::Trouble::none;
        if (StopRequest::asked()) trouble = RankPulse::Trouble::stop;
        if (failure_.get()) trouble = RankPulse::Trouble::failure;
        if (trouble != RankPulse::Trouble::none) queue_.close();
        return pulse_.beat(trouble, queue_.finished());
    }

    void receive_wanted() {
        auto const unit = queue_.wanted();
        if (!unit) return;
        auto const owner = owner_of_unit(first_unit_ + *unit, comm_.size());
        if (!comm_.message_waits(owner, results_tag)) return;
        arrived_ = EncodedUnit::from_message(comm_.receive(owner, results_tag));
        queue_.arrived();
    }

    void send_encoded() {
        while (auto const turn = queue_.next_encoded()) {
            sending_.push_back(comm_.send(encoded_at(*turn).take_message(), 0, results_tag));
        }
        while (!sending_.empty() && sending_.front().has_left()) {
            sending_.pop_front();
            queue_.release();
        }
    }

    ChosenBlock const& block(UnitPiece const& piece) const {
        return plan_.blocks()[piece.block.at()];
    }

    std::int64_t unit_of(UnitTask const& task) const {
        return own_[static_cast<std::size_t>(task.turn)];
    }

    void read(UnitTask const& task) {
        if (task.item == 0) read_pieces_ = units_.pieces(unit_of(task));
        auto& buffer = raw_[task.buffer];
        auto const before = buffer.piece.block;
        buffer.offsets.reset();
        buffer.piece = read_pieces_[static_cast<std::size_t>(task.item)];
        buffer.offsets = nulls_.read(plan_.contig_of(block(buffer.piece)));
        // The next unit may begin within the block that the last one ended with.
        if (buffer.decoded && buffer.piece.block == before) return;
        buffer.decoded = false;
        auto const& chosen = block(buffer.piece);
        reader_.read(chosen, buffer.bytes);
        if (!comm_.is_root()) reader_.forget_before(chosen.partition);
    }

    void compute(UnitTask const& task) {
        auto& buffer = raw_[task.buffer];
        auto const& piece = buffer.piece;
        auto& arrays = arrays_of(task.turn);
        auto const genotypes = buffer.decoded ? buffer.bytes.view() : decode_block(buffer.bytes);
        buffer.decoded = true;
        {
            auto const models = nulls_.lease(std::exchange(buffer.offsets, nullptr));
            worker().compute(models, block(piece), piece, genotypes,
                             arrays.tests(piece.unit_row, piece.rows));
        }
        computed_ += piece.rows;
    }

    void encode(UnitTask const& task) {
        auto& encoded = encoded_at(task.turn);
        auto const rows = units_.rows(unit_of(task)).size();
        auto const& arrays = arrays_of(task.turn);
        encoded.encode(groups_, task.item, arrays, rows, units_.unit_rows());
        if (!groups_.is_of_traits(task.item)) return;
        auto const members = groups_.members(task.item);
        for (auto m = members.first; m != members.last; ++m) {
            tally_.add(models_.layout.trait_of_row(m.get()), arrays.status(m.get(), rows),
                       arrays.neg_log10_p(m.get(), rows));
        }
    }

    void write(UnitTask const& task) {
        auto const unit = first_unit_ + task.item;
        auto const own = owner_of_unit(unit, comm_.size()) == 0;
        sink_(unit, reader_, own ? encoded_at(task.turn) : *arrived_);
        auto const rows = units_.rows(unit).size();
        if (own) {
            own_written_ += rows;
        } else {
            arrived_.reset();
        }
        written_ += rows;
    }

    // Made by the thread that uses it, so that its memory is near.
    BlockWorker& worker() {
        auto& mine = workers_[static_cast<std::size_t>(omp_get_thread_num())];
        if (!mine) mine.emplace(plan_, models_);
        return *mine;
    }

    EncodedUnit& encoded_at(std::int64_t turn) {
        return encoded_[static_cast<std::size_t>(turn % UnitQueue::encoded_units)];
    }

    UnitArrays& arrays_of(std::int64_t turn) {
        return arrays_[static_cast<std::size_t>(turn) % arrays_.size()];
    }

    // Written, and what this rank has computed beyond that.
    void show_progress() {
        auto const before = (first_unit_ - plan_.units().first.get()) * units_.unit_rows();
        progress_.reach(before + written_ + computed_ - own_written_);
    }

    ScanPlan const& plan_;
    ScanUnits const& units_;
    ScanModels const& models_;
    ContigNulls& nulls_;
    mpi::Communicator const& comm_;
    UnitSink const& sink_;
    ScanTally& tally_;
    Progress& progress_;
    std::int64_t first_unit_;
    std::vector<std::int64_t> own_;
    ColumnGroups groups_;
    UnitQueue queue_;
    BlockReader reader_;  // And what else is of HDF5: for the thread that reads or writes.
    std::vector<UnitPiece> read_pieces_;
    std::vector<RawPiece> raw_;
    std::vector<std::optional<BlockWorker>> workers_;
    std::vector<UnitArrays> arrays_;
    std::vector<EncodedUnit> encoded_;
    std::optional<EncodedUnit> arrived_;
    std::deque<mpi::PendingSend> sending_;
    RankPulse pulse_;
    FirstFailure failure_;
    std::atomic<std::int64_t> computed_ = 0;
    std::atomic<std::int64_t> written_ = 0;
    std::atomic<std::int64_t> own_written_ = 0;
};

}  // namespace

PassLimits pass_limits(int threads) {
    if (threads == 1) return {.arrays = 1, .buffers = 1};
    return {.arrays = 2, .buffers = 2 * std::int64_t{threads}};
}

void scan_batch(ScanPlan const& plan, ScanUnits const& units, ScanModels const& models,
                ContigNulls& nulls, Range<UnitIndex> which, mpi::Communicator const& comm,
                UnitSink const& sink, ScanTally& tally, Progress& progress) {
    BatchScan{plan, units, models, nulls, which, comm, sink, tally, progress}.run();
}

}  // namespace maniple
