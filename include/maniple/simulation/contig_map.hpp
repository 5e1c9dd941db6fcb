/// \file  Where the variants of a simulated genome lie.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/variant.hpp"

namespace maniple {

inline constexpr std::int64_t most_contigs = 22;

/// Bases of chromosomes 1 .. contigs, near their lengths in GRCh38.
/// \pre   1 <= contigs <= most_contigs
double genome_length(std::int64_t contigs);

/// One chromosome's share of the variants.
struct ContigShare {
    std::string name;
    std::int64_t number = 0;  ///< 1, 2, ...
    double spacing = 0;       ///< Mean distance of its variants [bases].
    Range<GlobalVariantIndex> variants;
};

/// Divide `variants` over chromosomes 1 .. contigs in proportion to their lengths (largest
/// remainders). A chromosome without variants is left out.
/// \pre   variants > 0, and at least 2 bases per variant
std::vector<ContigShare> share_variants(std::int64_t variants, std::int64_t contigs);

/// Positions, IDs and alleles of some variants of a contig: one at a random place in each of equal
/// steps, so positions rise strictly and IDs "sim_<contig>_<position>" are unique.
/// \pre   `variants` lies in contig.variants
std::vector<Variant> draw_variants(ContigShare const& contig, Range<GlobalVariantIndex> variants,
                                   std::uint64_t seed);

}  // namespace maniple
