#include "event_buffers.hpp"

#include <algorithm>

#include "maniple/linalg/cholesky.hpp"

namespace maniple {
namespace {

// What sums over missing genotypes may take of a thread's cache.
constexpr std::int64_t missing_bytes = std::int64_t{1} << 20;
constexpr std::int64_t most_tile_variants = 512;

// A variant that more samples than this share carry is tested on all samples.
constexpr std::int64_t carriers_one_in = 8;

bool uses_hazards(Correction correction) {
    return correction != Correction::none && correction != Correction::wald;
}

}  // namespace

EventShape::EventShape(EventExtent const& extent, EventSettings const& settings,
                       std::int64_t block_variants)
    : samples{extent.samples},
      stride{pad_samples(samples)},
      columns{extent.columns},
      traits{extent.traits},
      rank{extent.rank},
      events{uses_hazards(settings.rule.correction) ? extent.events : 0},
      block{block_variants},
      tile{std::clamp<std::int64_t>(missing_bytes / (8 * std::max<std::int64_t>(columns, 1)), 16,
                                    most_tile_variants)},
      carriers{samples / carriers_one_in},
      drops{settings.missing == MissingGenotype::drop},
      has_firth{settings.rule.correction == Correction::firth},
      has_wald{settings.rule.correction == Correction::wald} {}

namespace {

EventShape shape_of(EventNull const& null, EventSettings const& settings,
                    std::int64_t block_variants) {
    EventExtent extent{.samples = null.samples(),
                       .columns = null.columns().columns(),
                       .traits = std::ssize(null.traits())};
    for (auto const& trait : null.traits()) {
        extent.rank = std::max(extent.rank, trait.rank);
        extent.events = std::max(extent.events, trait.risk_sets.events());
    }
    return {extent, settings, block_variants};
}

}  // namespace

DroppedRows::DroppedRows(std::int64_t rank)
    : basis{rank * dropped_chunk},
      weights{dropped_chunk},
      residuals{dropped_chunk},
      lanes{8 * (triangle_size(rank) + 2 * rank)},
      sums{triangle_size(rank) + rank} {}

std::int64_t DroppedRows::bytes(std::int64_t rank) {
    return 4 * rank * dropped_chunk + 16 * dropped_chunk +
           8 * (9 * triangle_size(rank) + 17 * rank);
}

EventWorkspace::Buffers::Buffers(EventShape const& extents)
    : shape{extents},
      product{std::max<std::int64_t>(shape.columns, 1)},
      sums{shape.columns * shape.block},
      homozygous_sums{shape.traits * shape.block},
      homozygous{shape.block * packed_stride(shape.samples) / 8},
      missing(place(packed_stride(shape.samples) * 4), SampleIndex{0}),
      moments{0, shape.columns},
      missing_sums{shape.tile * shape.columns},
      counts(place(shape.tile)),
      dropped{shape.drops ? shape.rank : 0},
      genotypes{adjust_together * shape.stride},
      means{shape.drops ? shape.stride : 0},
      inside{shape.drops && shape.has_firth ? shape.stride : 0},
      carrier_genotypes{pad_samples(shape.carriers)},
      carrier_means{pad_samples(shape.carriers)} {
    if (shape.has_firth) {
        firth.emplace(shape.stride, shape.rank);
        firth_near.emplace(shape.stride, shape.rank);
    }
    if (shape.has_wald) full.emplace(shape.stride, shape.rank);
    if (shape.events > 0) hazard.emplace(shape.samples, shape.events);
}

namespace {

// Also risk sets without the samples that are dropped.
std::int64_t hazard_bytes(EventShape const& shape) {
    if (shape.events == 0) return 0;
    return HazardCumulants::bytes(shape.samples, shape.events) +
           (shape.drops ? RiskSets::most_bytes(shape.samples, shape.events) : 0);
}

}  // namespace

std::int64_t EventWorkspace::Buffers::bytes(EventShape const& shape) {
    auto const per_sample = 8 * adjust_together + (shape.drops ? 16 : 0);
    return ProductWorkspace::bytes(shape.columns) +
           8 * shape.block * (shape.columns + shape.traits) +
           shape.block * packed_stride(shape.samples) + 32 * packed_stride(shape.samples) +
           8 * shape.tile * (shape.columns + shape.rank + 8) + per_sample * shape.stride +
           16 * pad_samples(shape.carriers) +
           (shape.has_firth ? FirthWorkspace::bytes(shape.stride, shape.rank) +
                                  FirthNeighbourhood::bytes(shape.stride, shape.rank)
                            : 0) +
           (shape.has_wald ? FullModelRoom::bytes(shape.stride, shape.rank) : 0) +
           hazard_bytes(shape) + (shape.drops ? DroppedRows::bytes(shape.rank) : 0);
}

EventWorkspace::EventWorkspace(EventNull const& null, EventSettings const& settings,
                               std::int64_t block_variants)
    : buffers_{std::make_unique<Buffers>(shape_of(null, settings, block_variants))} {}
EventWorkspace::EventWorkspace(EventWorkspace&&) noexcept = default;
EventWorkspace& EventWorkspace::operator=(EventWorkspace&&) noexcept = default;
EventWorkspace::~EventWorkspace() = default;

std::int64_t EventWorkspace::bytes(EventNull const& null, EventSettings const& settings,
                                   std::int64_t block_variants) {
    return Buffers::bytes(shape_of(null, settings, block_variants));
}

std::int64_t EventWorkspace::most_bytes(EventExtent const& extent, EventSettings const& settings,
                                        std::int64_t block_variants) {
    // Fewer columns make larger tiles.
    return missing_bytes + Buffers::bytes({extent, settings, block_variants});
}

}  // namespace maniple
