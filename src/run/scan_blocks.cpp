#include "maniple/run/scan_blocks.hpp"

#include <omp.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/block_reader.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/scan_estimate.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple {
namespace {

constexpr int results_tag = 1;

/// What one thread keeps from block to block.
class BlockWorker {
public:
    explicit BlockWorker(ScanPlan const& plan)
        : plan_{plan},
          block_variants_{plan.cohort().index().block_variants},
          work_{plan.null(), block_variants_},
          genotypes_{block_variants_, plan.null().samples()} {}

    ResultBlock compute(ChosenBlock const& block, RawBlock const& raw) {
        decode_block(raw, genotypes_);
        rows_.clear();
        if (block.every_row) {
            for (std::int64_t r = 0; r < block.block_rows; ++r) rows_.emplace_back(r);
        } else {
            for (auto r : block.rows) rows_.emplace_back(r);
        }
        auto const traits = std::ssize(plan_.null().traits());
        tests_.resize(rows_.size() * static_cast<std::size_t>(traits));
        scan_block(plan_.null(), genotypes_.view(), rows_, plan_.request().missing,
                   plan_.request().filter, work_, tests_);
        return ResultBlock::pack(block.size(), traits, tests_);
    }

private:
    ScanPlan const& plan_;
    std::int64_t block_variants_;
    LinearWorkspace work_;
    PackedBlock genotypes_;
    std::vector<LocalVariantIndex> rows_;
    std::vector<LinearTest> tests_;
};

/// All ranks' blocks of one round, and each rank's share.
class Rounds {
public:
    /// Ranks may have different numbers of threads; the largest decides. Collective over comm.
    Rounds(ScanPlan const& plan, mpi::Communicator const& comm)
        : blocks_{std::ssize(plan.blocks())},
          per_round_{comm.max(blocks_per_round(plan)) * comm.size()},
          ranks_{comm.size()} {}

    std::int64_t count() const { return (blocks_ + per_round_ - 1) / per_round_; }

    Range<BlockIndex> share(std::int64_t round, int rank) const {
        auto const first = std::min(round * per_round_, blocks_);
        auto const size = std::min(per_round_, blocks_ - first);
        return {BlockIndex{first + size * rank / ranks_},
                BlockIndex{first + size * (rank + 1) / ranks_}};
    }

private:
    std::int64_t blocks_;
    std::int64_t per_round_;
    int ranks_;
};

class BlockLoop {
public:
    BlockLoop(ScanPlan const& plan, mpi::Communicator const& comm, ResultSink const& sink)
        : plan_{plan},
          comm_{comm},
          sink_{sink},
          rounds_{plan, comm},
          reader_{plan.cohort()},
          workers_(static_cast<std::size_t>(plan.request().threads)) {}

    void run() {
        auto const threads = plan_.request().threads;
        omp_set_num_threads(threads);
        together(comm_, [&] { read(0); });
        for (std::int64_t round = 0; round < rounds_.count(); ++round) {
            std::swap(raw_, next_raw_);
            auto const share = rounds_.share(round, comm_.rank());
            std::vector<std::optional<ResultBlock>> results(static_cast<std::size_t>(share.size()));
            FirstFailure failure;
#pragma omp parallel num_threads(threads)
            {
#pragma omp master
                failure.guard([&] {
                    if (comm_.is_root() && round > 0) deliver(round - 1);
                    read(round + 1);
                });
#pragma omp for schedule(dynamic, 1)
                for (std::int64_t i = 0; i < share.size(); ++i) {
                    failure.guard([&] {
                        auto const slot = static_cast<std::size_t>(i);
                        results[slot] = worker().compute(block(share.first + i), raw_[slot]);
                    });
                }
            }
            agree(comm_, failure.get());
            if (StopRequest::on_any_rank(comm_)) {
                throw Error{ExitCode::stopped,
                            "stopped by a signal before the end; the same command starts again"};
            }
            if (comm_.is_root()) {
                own_results_ = std::move(results);
            } else {
                send(results);
            }
        }
        together(comm_, [&] {
            if (comm_.is_root() && rounds_.count() > 0) deliver(rounds_.count() - 1);
        });
    }

private:
    ChosenBlock const& block(BlockIndex index) const { return plan_.blocks()[index.at()]; }

    // Made by the thread that uses it, so that its memory is near.
    BlockWorker& worker() {
        auto& mine = workers_[static_cast<std::size_t>(omp_get_thread_num())];
        if (!mine) mine.emplace(plan_);
        return *mine;
    }

    void read(std::int64_t round) {
        auto const share = rounds_.share(round, comm_.rank());
        next_raw_.resize(static_cast<std::size_t>(share.size()));
        for (std::int64_t i = 0; i < share.size(); ++i) {
            reader_.read(block(share.first + i), next_raw_[static_cast<std::size_t>(i)]);
        }
        if (!comm_.is_root() && share.size() > 0) {
            reader_.forget_before(block(share.first).partition);
        }
    }

    void send(std::vector<std::optional<ResultBlock>> const& results) {
        mpi::Bytes message;
        for (auto const& result : results) {
            message.insert(message.end(), result->bytes().begin(), result->bytes().end());
        }
        if (!message.empty()) sending_ = comm_.send(std::move(message), 0, results_tag);
    }

    /// Root: results of all ranks for one round, in the order of blocks.
    void deliver(std::int64_t round) {
        for (int rank = 0; rank < comm_.size(); ++rank) {
            auto const share = rounds_.share(round, rank);
            if (share.size() == 0) continue;
            mpi::Bytes message;
            if (rank != 0) message = comm_.receive(rank, results_tag);
            std::size_t offset = 0;
            for (std::int64_t i = 0; i < share.size(); ++i) {
                auto const& chosen = block(share.first + i);
                if (rank == 0) {
                    pass_on(chosen, *own_results_[static_cast<std::size_t>(i)]);
                    continue;
                }
                auto const traits = std::ssize(plan_.null().traits());
                auto const size = ResultBlock::size_of(chosen.size(), traits);
                expect(offset + size <= message.size(), "a message holds the rank's blocks");
                auto const from = message.begin() + static_cast<std::ptrdiff_t>(offset);
                pass_on(chosen, ResultBlock{chosen.size(),
                                            traits,
                                            {from, from + static_cast<std::ptrdiff_t>(size)}});
                offset += size;
            }
            expect(offset == message.size(), "a message holds nothing else");
        }
    }

    void pass_on(ChosenBlock const& chosen, ResultBlock const& results) {
        sink_(chosen, reader_.variants(chosen), results);
        reader_.forget_before(chosen.partition);
    }

    ScanPlan const& plan_;
    mpi::Communicator const& comm_;
    ResultSink const& sink_;
    Rounds rounds_;
    BlockReader reader_;
    std::vector<std::optional<BlockWorker>> workers_;
    std::vector<RawBlock> raw_;
    std::vector<RawBlock> next_raw_;
    std::vector<std::optional<ResultBlock>> own_results_;
    mpi::PendingSend sending_;
    StopRequest stop_request_;
};

}  // namespace

void scan_blocks(ScanPlan const& plan, mpi::Communicator const& comm, ResultSink const& sink) {
    BlockLoop{plan, comm, sink}.run();
}

}  // namespace maniple
