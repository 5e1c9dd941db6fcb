#include "event_buffers.hpp"

#include <algorithm>

namespace maniple {
namespace {

// What sums over missing genotypes may take of a thread's cache.
constexpr std::int64_t missing_bytes = std::int64_t{1} << 20;
constexpr std::int64_t most_tile_variants = 512;

// A variant that more samples than this share carry is tested on all samples.
constexpr std::int64_t carriers_one_in = 8;

}  // namespace

EventShape::EventShape(std::int64_t cohort, std::int64_t all_columns, std::int64_t all_traits,
                       std::int64_t most_rank, EventSettings const& settings,
                       std::int64_t block_variants)
    : samples{cohort},
      stride{pad_samples(cohort)},
      columns{all_columns},
      traits{all_traits},
      rank{most_rank},
      block{block_variants},
      tile{std::clamp<std::int64_t>(missing_bytes / (8 * std::max<std::int64_t>(columns, 1)), 16,
                                    most_tile_variants)},
      carriers{cohort / carriers_one_in},
      drops{settings.missing == MissingGenotype::drop},
      has_firth{settings.rule.correction == Correction::firth} {}

namespace {

EventShape shape_of(EventNull const& null, EventSettings const& settings,
                    std::int64_t block_variants) {
    std::int64_t rank = 0;
    for (auto const& trait : null.traits()) rank = std::max(rank, trait.rank);
    return {null.samples(), null.columns().columns(), std::ssize(null.traits()), rank, settings,
            block_variants};
}

}  // namespace

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
      genotypes{adjust_together * shape.stride},
      means{shape.drops ? shape.stride : 0},
      inside{shape.drops && shape.has_firth ? shape.stride : 0},
      carrier_genotypes{pad_samples(shape.carriers)},
      carrier_means{pad_samples(shape.carriers)} {
    if (shape.has_firth) firth.emplace(shape.stride, shape.rank);
}

std::int64_t EventWorkspace::Buffers::bytes(EventShape const& shape) {
    auto const per_sample = 8 * adjust_together + (shape.drops ? 16 : 0);
    return ProductWorkspace::bytes(shape.columns) +
           8 * shape.block * (shape.columns + shape.traits) +
           shape.block * packed_stride(shape.samples) + 32 * packed_stride(shape.samples) +
           8 * shape.tile * (shape.columns + shape.rank + 8) + per_sample * shape.stride +
           16 * pad_samples(shape.carriers) +
           (shape.has_firth ? FirthWorkspace::bytes(shape.stride, shape.rank) : 0);
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

std::int64_t EventWorkspace::most_bytes(std::int64_t samples, std::int64_t columns,
                                        std::int64_t traits, std::int64_t rank,
                                        EventSettings const& settings,
                                        std::int64_t block_variants) {
    // Fewer columns make larger tiles.
    return missing_bytes +
           Buffers::bytes({samples, columns, traits, rank, settings, block_variants});
}

}  // namespace maniple
