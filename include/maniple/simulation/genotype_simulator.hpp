/// \file  Genotypes of a simulated cohort, window by window along the genome.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/index.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/simulation/founder_panel.hpp"
#include "maniple/simulation/pedigree.hpp"
#include "maniple/simulation/simulation_plan.hpp"

namespace maniple {

using SampleTileIndex = Index<struct SampleTileAxis>;  ///< 256 samples: one cache line of each row.
inline constexpr std::int64_t tile_samples = 256;

/// A cohort of founders' mosaics with families, read once along the genome. Memory does not grow
/// with the number of variants: each haplotype is 64 bytes, the bits of one window.
///
/// The work of a window, in this order:
///     advance()                                    one thread
///     copy_haplotypes(households)                  any threads, disjoint ranges
///     emit_genotypes(tiles, block)                 any threads, disjoint ranges, after all of the
///     above remove_genotypes(variants, block)            any threads, disjoint ranges, after all
///     of the above
/// How a step is divided into ranges does not change a bit. Between the last two, `block` holds the
/// true genotypes.
class GenotypeSimulator {
public:
    /// \throws UserError when the plan is not valid.
    explicit GenotypeSimulator(GenotypePlan const& plan);

    Pedigree const& pedigree() const { return pedigree_; }
    /// The current window: contig, variants, founders. \pre advance() returned true
    FounderPanel const& panel() const { return panel_; }

    /// Go to the next window. False after the last one.
    bool advance() { return panel_.advance(); }

    Range<HouseholdIndex> households() const;
    Range<SampleTileIndex> tiles() const;
    /// The samples of some tiles.
    Range<SampleIndex> samples(Range<SampleTileIndex> tiles) const;

    /// \pre   range lies in households()
    void copy_haplotypes(Range<HouseholdIndex> range);

    /// Write every genotype of these samples.
    /// \pre   range lies in tiles(); genotypes is variants of the window x samples
    void emit_genotypes(Range<SampleTileIndex> range, PackedBlock& genotypes) const;

    /// Make genotypes of some variants missing: at a rate that varies between variants, and more
    /// often in one sample of twenty.
    /// \pre   genotypes is variants of the window x samples, and range lies in it
    void remove_genotypes(Range<LocalVariantIndex> range, PackedBlock& genotypes) const;

private:
    void copy_person(HouseholdIndex household);
    void copy_family(HouseholdIndex household);
    void copy_mosaic(std::int64_t mosaic, std::int64_t group, HaplotypeBits& haplotype);
    void draw_gamete(std::int64_t gamete, HaplotypeBits const& first, HaplotypeBits const& second,
                     HaplotypeBits& haplotype);
    HaplotypeBits& haplotype(SampleIndex sample, std::int64_t which);

    GenotypePlan plan_;
    Pedigree pedigree_;
    FounderPanel panel_;
    std::vector<std::uint16_t> mosaic_founders_;  // Families' first, then two per person.
    std::vector<std::uint8_t> gamete_phases_;
    std::vector<SampleIndex> poor_samples_;    // Sorted.
    AlignedBuffer<HaplotypeBits> haplotypes_;  // Two per sample, padded to whole tiles.
};

}  // namespace maniple
