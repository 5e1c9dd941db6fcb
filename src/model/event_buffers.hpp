// What a thread keeps while it tests events.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "firth_near.hpp"
#include "full_model.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/genotype/dosage_product.hpp"
#include "maniple/genotype/kernels.hpp"
#include "maniple/linalg/row_moments.hpp"
#include "maniple/model/event_scan.hpp"
#include "maniple/model/firth_regression.hpp"
#include "maniple/model/hazard_cumulants.hpp"
#include "tilted_lanes.hpp"

namespace maniple {

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Extents of what is in work at a time.
struct EventShape {
    EventShape(EventExtent const& extent, EventSettings const& settings,
               std::int64_t block_variants);

    std::int64_t samples;
    std::int64_t stride;   ///< Samples, padded.
    std::int64_t columns;  ///< Of all traits.
    std::int64_t traits;
    std::int64_t rank;      ///< Of any trait, at the most.
    std::int64_t events;    ///< Of any trait with times; 0: there is none.
    std::int64_t block;     ///< Variants of a block,
    std::int64_t tile;      ///< and those whose sums over missing genotypes are kept.
    std::int64_t carriers;  ///< Of a variant that is tested by its carriers alone, at the most.
    bool drops;
    bool has_firth;
    bool has_wald;
};

/// Samples that are left out of a variant's test, so many of them at a time.
constexpr std::int64_t dropped_chunk = 256;

/// Null models of some of them, brought together.
struct DroppedRows {
    /// For at most so many covariate columns; of 0 there is no room.
    explicit DroppedRows(std::int64_t rank);
    static std::int64_t bytes(std::int64_t rank);

    AlignedBuffer<float> basis;  // rank x dropped_chunk
    AlignedBuffer<double> weights, residuals;
    AlignedBuffer<double> lanes, sums;
};

struct EventWorkspace::Buffers {
    explicit Buffers(EventShape const& extents);
    static std::int64_t bytes(EventShape const& shape);

    EventShape shape;
    ProductWorkspace product;
    AlignedBuffer<std::int64_t> sums;             // columns x block: genotypes times columns
    AlignedBuffer<std::int64_t> homozygous_sums;  // traits x block: [genotype = 2] times weights
    AlignedBuffer<std::uint64_t> homozygous;      // the block with these alone, as 1
    std::vector<SampleIndex> missing;             // room for one variant's
    RowMoments moments;
    AlignedBuffer<double> missing_sums;  // tile x columns: over samples without a genotype
    std::vector<GenotypeCounts> counts;  // tile: on the base
    DroppedRows dropped;
    // Of samples: rows of G, and means that differ from a trait's.
    AlignedBuffer<double> genotypes;
    AlignedBuffer<double> means;
    AlignedBuffer<double> inside;
    // The same of carriers.
    AlignedBuffer<double> carrier_genotypes;
    AlignedBuffer<double> carrier_means;
    std::optional<FirthWorkspace> firth;
    std::optional<FirthNeighbourhood> firth_near;
    std::optional<FullModelRoom> full;
    std::optional<HazardCumulants> hazard;
};

}  // namespace maniple
