#include "maniple/run/score_plan.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/run/column_choice.hpp"

namespace maniple {
namespace {

// Blocks of one tile: those of the next tile are in memory at the same time.
constexpr std::int64_t tile_bytes = std::int64_t{48} << 20;
// Threads with tiles of their own have smaller ones, and all of these and of their sums are no more
// than this.
constexpr std::int64_t own_tile_bytes = std::int64_t{16} << 20;
constexpr std::int64_t most_own_bytes = std::int64_t{512} << 20;
// One or two scores take no longer than reading: genotypes should still be in the cache.
constexpr std::int64_t few_scores = 2;
constexpr std::int64_t few_tile_bytes = std::int64_t{2} << 20;

// One scored variant that the cohort has.
struct Found {
    std::int64_t variant;
    double missing_alternates;
    ScoreEntry entry;
};

void note_coverage(std::vector<ScoreCoverage> const& coverage, Log& log) {
    constexpr std::size_t shown = 10;
    for (std::size_t c = 0; c < std::min(shown, coverage.size()); ++c) {
        auto const& row = coverage[c];
        std::string kinds;
        for (std::size_t i = 0; i < row.by_outcome.size(); ++i) {
            if (row.by_outcome[i] == 0) continue;
            kinds +=
                fmt::format(", {} {}", row.by_outcome[i], to_string(static_cast<MatchOutcome>(i)));
        }
        auto const mass = std::isnan(row.mass)
                              ? std::string{}
                              : fmt::format(", {:.1f}% of the weight mass", 100 * row.mass);
        log.note(fmt::format("  {}: {} of {} variants used{}{}", row.score, row.used(),
                             row.variants, mass, kinds));
    }
    if (coverage.size() > shown) {
        log.note(fmt::format("  and {} more scores", coverage.size() - shown));
    }
}

}  // namespace

ScorePlan::ScorePlan(ScoreRequest request, Log& log)
    : request_{std::move(request)},
      cohort_{request_.store},
      samples_{choose_samples(cohort_.samples(), request_.samples, log)} {
    if (!request_.table.empty() && request_.existing == ExistingTable::refuse &&
        std::ranges::count(cohort_.table_names(), request_.table) > 0) {
        throw UserError{
            fmt::format("'{}' has a table '{}' already; give --replace or another --name",
                        request_.store.string(), request_.table)};
    }
    if (!request_.table.empty()) require_table_of_scores();
    sources_ = load_score_sources(request_.home.empty() ? cohort_.path() : request_.home,
                                  request_.models, request_.weights, log);
    matches_ = match_sources(cohort_, sources_, request_.ambiguous);
    for (std::size_t s = 0; s < sources_.size(); ++s) {
        first_score_.push_back(std::ssize(coverage_));
        for (auto& row : measure_coverage(sources_[s], matches_[s], cohort_.samples().size())) {
            coverage_.push_back(std::move(row));
        }
    }
    log.note(fmt::format("scores: {} of {} variants in all", scores(), [&] {
        std::int64_t variants = 0;
        for (auto const& source : sources_) variants += std::ssize(source.model.weights.variants);
        return variants;
    }()));
    note_coverage(coverage_, log);
    auto const contigs = cohort_.index().contigs();
    for (std::size_t s = 0; s < sources_.size(); ++s) {
        auto const own = std::span{coverage_}.subspan(static_cast<std::size_t>(first_score_[s]),
                                                      sources_[s].scores.size());
        require_coverage(sources_[s], matches_[s], own, contigs, request_.min_match);
    }
    make_rows();
    choose_sharing();
    make_tiles();
    choose_scales();
}

void ScorePlan::make_rows() {
    std::vector<Found> found;
    for (std::size_t s = 0; s < sources_.size(); ++s) {
        auto const& weights = sources_[s].model.weights;
        for (std::size_t i = 0; i < weights.variants.size(); ++i) {
            auto const& match = matches_[s].variants[i];
            if (!is_used(match.outcome)) continue;
            auto const scored = static_cast<std::int32_t>(i);
            if (weights.weights.variant(ScoredVariantIndex{scored}).scores.empty()) continue;
            found.push_back(
                {match.variant.get(),
                 missing_alternates(weights.variants[i], match),
                 {static_cast<std::int32_t>(s), scored, counts_reference(match.outcome)}});
        }
    }
    auto const key = [](Found const& f) {
        return std::tuple{f.variant, f.missing_alternates, f.entry.source, f.entry.scored};
    };
    std::ranges::sort(found, {}, key);

    auto const& partitions = cohort_.index().partitions;
    auto const per_block = cohort_.index().block_variants;
    std::size_t partition = 0;
    std::int64_t partition_start = 0;
    Found const* last = nullptr;
    for (auto const& f : found) {
        while (f.variant >= partition_start + partitions[partition].variants) {
            partition_start += partitions[partition++].variants;
        }
        auto const in_partition = f.variant - partition_start;
        auto const block = in_partition / per_block;
        if (blocks_.empty() || blocks_.back().partition != partition ||
            blocks_.back().block != block) {
            auto const first = block * per_block;
            blocks_.push_back(
                {.partition = partition,
                 .block = block,
                 .first_row = first,
                 .block_rows = std::min(per_block, partitions[partition].variants - first)});
        }
        if (last == nullptr || last->variant != f.variant ||
            last->missing_alternates != f.missing_alternates) {
            rows_.push_back({.block = static_cast<std::int32_t>(std::ssize(blocks_) - 1),
                             .row = static_cast<std::int32_t>(in_partition % per_block),
                             .missing_alternates = f.missing_alternates,
                             .first_entry = std::ssize(entries_)});
        }
        entries_.push_back(f.entry);
        last = &f;
    }
}

// Nobody replaces traits by scores.
void ScorePlan::require_table_of_scores() const {
    if (std::ranges::count(cohort_.table_names(), request_.table) == 0) return;
    auto const source = cohort_.open_table(request_.table).summary().source;
    if (source == scores_source) return;
    throw UserError{
        fmt::format("table '{}' was imported from '{}' (--replace is for tables of scores); choose "
                    "another --name",
                    request_.table, source)};
}

// Blocks of genotypes that a tile may need.
std::int64_t ScorePlan::tile_blocks(WorkSharing sharing) const {
    auto bytes = tile_bytes;
    if (sharing == WorkSharing::tiles) {
        bytes = scores() <= few_scores ? few_tile_bytes : own_tile_bytes;
    }
    return std::max<std::int64_t>(1, bytes / block_bytes());
}

std::int64_t ScorePlan::block_bytes() const {
    return packed_stride(cohort_.samples().size()) * cohort_.index().block_variants;
}

void ScorePlan::choose_sharing() {
    auto const sums = 8 * cohort_.samples().size() * scores();
    auto const own = sums + tile_blocks(WorkSharing::tiles) * block_bytes();
    sharing_ = request_.threads * own <= most_own_bytes ? WorkSharing::tiles : WorkSharing::samples;
}

void ScorePlan::make_tiles() {
    auto const most_blocks = tile_blocks(sharing_);
    RowTile tile;
    for (std::int64_t r = 0; r < std::ssize(rows_); ++r) {
        auto const first_block = rows_[static_cast<std::size_t>(tile.first_row)].block;
        if (r - tile.first_row == ScoreTile::most_variants ||
            rows_[static_cast<std::size_t>(r)].block - first_block >= most_blocks) {
            tiles_.push_back({tile.first_row, r});
            tile.first_row = r;
        }
    }
    if (!rows_.empty()) tiles_.push_back({tile.first_row, std::ssize(rows_)});
}

std::span<ScoreEntry const> ScorePlan::entries(std::int64_t row) const {
    auto const first = rows_[static_cast<std::size_t>(row)].first_entry;
    auto const last = row + 1 < std::ssize(rows_)
                          ? rows_[static_cast<std::size_t>(row + 1)].first_entry
                          : std::ssize(entries_);
    return std::span{entries_}.subspan(static_cast<std::size_t>(first),
                                       static_cast<std::size_t>(last - first));
}

// Several variants of a source may share a row: the bounds hold for their sum as well.
void ScorePlan::choose_scales() {
    std::vector<double> largest(static_cast<std::size_t>(scores()));
    std::vector<double> total(largest.size());
    std::vector<double> reference(largest.size());
    std::vector<double> here(largest.size());
    std::vector<std::size_t> touched;
    auto const each = [&](std::int64_t r, auto const& visit) {
        for (auto const& entry : entries(r)) {
            auto const weights =
                sources_[static_cast<std::size_t>(entry.source)].model.weights.weights.variant(
                    ScoredVariantIndex{entry.scored});
            auto const first = first_score_[static_cast<std::size_t>(entry.source)];
            for (std::size_t k = 0; k < weights.scores.size(); ++k) {
                visit(static_cast<std::size_t>(first + weights.scores[k]), weights.weights[k],
                      entry.counts_reference);
            }
        }
    };
    for (std::int64_t r = 0; r < std::ssize(rows_); ++r) {
        touched.clear();
        each(r, [&](std::size_t c, double weight, bool) {
            if (here[c] == 0) touched.push_back(c);
            here[c] += std::abs(weight);
        });
        for (auto c : touched) {
            largest[c] = std::max(largest[c], here[c]);
            total[c] += here[c];
            here[c] = 0;
        }
    }
    for (std::size_t c = 0; c < largest.size(); ++c) {
        if (!std::isfinite(total[c])) {
            throw UserError{fmt::format(
                "score '{}': its weights add up to more than numbers can hold; correct them",
                coverage_[c].score)};
        }
        scales_.push_back(choose_score_scale(largest[c], total[c]));
    }
    constants_.assign(largest.size(), 0);
    for (std::int64_t r = 0; r < std::ssize(rows_); ++r) {
        each(r, [&](std::size_t c, double weight, bool counts_reference) {
            if (counts_reference) constants_[c] += 2 * to_score_integer(weight, scales_[c]);
        });
    }
}

void ScorePlan::fill_weights(RowTile const& tile, MatrixView<double> weights) const {
    for (std::int64_t c = 0; c < weights.rows(); ++c) std::ranges::fill(weights.row(c), 0.0);
    for (auto r = tile.first_row; r < tile.last_row; ++r) {
        for (auto const& entry : entries(r)) {
            auto const source = static_cast<std::size_t>(entry.source);
            auto const found =
                sources_[source].model.weights.weights.variant(ScoredVariantIndex{entry.scored});
            for (std::size_t k = 0; k < found.scores.size(); ++k) {
                auto const weight = found.weights[k];
                weights(first_score_[source] + found.scores[k], r - tile.first_row) +=
                    entry.counts_reference ? -weight : weight;
            }
        }
    }
}

double ScorePlan::missing_share(RowTile const& tile) const {
    std::int64_t missing = 0;
    for (auto r = tile.first_row; r < tile.last_row; ++r) {
        auto const& entry = entries(r).front();
        missing += matches_[static_cast<std::size_t>(entry.source)]
                       .missing[static_cast<std::size_t>(entry.scored)];
    }
    auto const genotypes = (tile.last_row - tile.first_row) * cohort_.samples().size();
    return static_cast<double>(missing) / static_cast<double>(genotypes);
}

std::int64_t ScorePlan::bytes_to_read() const {
    std::int64_t bytes = 0;
    for (auto const& block : blocks_) {
        auto const& partition = cohort_.index().partitions[block.partition];
        bytes += partition.bytes * block.block_rows / std::max<std::int64_t>(partition.variants, 1);
    }
    return bytes;
}

std::int64_t ScorePlan::bytes_per_rank() const {
    constexpr std::int64_t program = 40'000'000;
    auto const samples = cohort_.samples().size();
    std::int64_t weights = 0;
    for (auto const& source : sources_) {
        weights += 12 * source.model.weights.weights.nonzero() +
                   300 * std::ssize(source.model.weights.variants);
    }
    std::int64_t variants = 0;
    std::int64_t block_count = 1;
    for (auto const& tile : tiles_) {
        variants = std::max(variants, tile.last_row - tile.first_row);
        auto const first = rows_[static_cast<std::size_t>(tile.first_row)].block;
        auto const last = rows_[static_cast<std::size_t>(tile.last_row - 1)].block;
        block_count = std::max<std::int64_t>(block_count, last - first + 1);
    }
    auto const genotypes = block_count * block_bytes();
    auto const tile =
        ScoreTile::bytes(variants, scores(), MissingShare::few) + 8 * variants * scores();
    bool const has_own = sharing_ == WorkSharing::tiles;
    auto const loaded = has_own ? request_.threads * (genotypes + tile) : 2 * (genotypes + tile);
    auto const own_sums = has_own ? request_.threads * 8 * samples * scores() : 0;
    // The root turns sums into columns, one sum at a time.
    return program + weights + loaded + own_sums + 16 * samples * scores() +
           request_.threads * ScoreWorkspace::bytes();
}

}  // namespace maniple
