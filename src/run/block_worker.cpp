#include "maniple/run/block_worker.hpp"

namespace maniple {
namespace {

// The run of variants from `first` to `last`.
PackedView part_of(PackedView block, std::int64_t first, std::int64_t last) {
    auto const words = static_cast<std::size_t>(block.words_per_row());
    auto const rows = static_cast<std::size_t>(last - first + 1);
    return {block.words().subspan(static_cast<std::size_t>(first) * words, rows * words),
            last - first + 1, block.samples()};
}

}  // namespace

BlockWorker::BlockWorker(ScanPlan const& plan, ScanModels const& models)
    : plan_{plan},
      models_{models},
      event_settings_{plan.event_settings()},
      work_{models.linear, plan.request().missing, plan.cohort().index().block_variants} {
    if (models.events) {
        event_work_.emplace(*models.events, event_settings_, plan.cohort().index().block_variants);
    }
}

void BlockWorker::compute(ContigNulls::Lease const& nulls, ChosenBlock const& block,
                          UnitPiece const& piece, PackedView genotypes, LinearTests const& tests) {
    auto const row_at = [&](std::int64_t chosen) {
        return block.every_row ? chosen : block.rows[static_cast<std::size_t>(chosen)];
    };
    // Variants outside this part are not multiplied.
    auto const first = row_at(piece.first);
    auto const last = row_at(piece.first + piece.rows - 1);
    rows_.clear();
    for (auto r = piece.first; r < piece.first + piece.rows; ++r) {
        rows_.emplace_back(row_at(r) - first);
    }
    auto const part = part_of(genotypes, first, last);
    if (models_.layout.linear_traits() > 0) {
        scan_block(nulls.linear(), part, rows_, plan_.request().missing, plan_.request().filter,
                   work_, models_.layout.of_linear(tests));
    }
    if (nulls.events() != nullptr) {
        scan_event_block(*nulls.events(), part, rows_, event_settings_, *event_work_,
                         models_.layout.of_events(tests));
    }
}

}  // namespace maniple
