/// \file  Relationship matrices times vectors, many in one pass over the genotypes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/model/penalised_screen.hpp"
#include "maniple/run/fit_screen.hpp"
#include "maniple/run/genotype_pass.hpp"

namespace maniple {

/// What is multiplied, one value per sample of the cohort, 0 outside of its set of samples.
struct RelationshipVector {
    std::size_t set = 0;         ///< Position in a list of sets.
    std::vector<double> values;  ///< Are rounded to fixed point.
    std::vector<double> rest;    ///< Is added to the values; empty: nothing.
};

/// Of one vector p, with X standardised over its set of samples.
struct RelationshipProducts {
    /// X X' p of every sample of the cohort, whether in the set or not; the mean over the set is 0.
    std::vector<std::vector<double>> values;
    std::vector<std::int64_t> varying;  ///< Per set: variants that pass the filter and vary in it.
    std::int64_t filtered = 0;          ///< Variants that the filter leaves out.
};

/// What a pass knows of one block: X'p per ALT allele, vectors x variants, and the standardisation
/// of its variants, sets x variants. Called by one thread at a time, perhaps twice for a block: the
/// latter call counts.
using SeeWeights = std::function<void(GlobalVariantIndex first, MatrixView<double const> weights,
                                      MatrixView<Standardisation const> standardisations)>;

/// X X' p for each vector, each block of genotypes being read once: X'p are exact sums over the
/// samples, and their products with the genotypes sums of integers, so that every number has the
/// same bits on any ranks, threads and instruction sets.
///
/// A product is off by about 2^-33 of its length times the root of samples per variant. Should some
/// weight be larger than any expected, the pass is made once more with fewer digits.
/// \pre sets and vectors are not empty; vectors refer to sets
/// Collective over the ranks of `passes`.
RelationshipProducts multiply_relationships(GenotypePasses& passes, ScreenFilter const& filter,
                                            std::span<SampleMask const* const> sets,
                                            std::span<RelationshipVector const> vectors,
                                            SeeWeights const& see = {});

}  // namespace maniple
