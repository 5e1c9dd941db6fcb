// What a LevelZeroDesign holds.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/linalg/fixed_point.hpp"
#include "maniple/model/block_ridge.hpp"

namespace maniple {

// How the regressions of a pattern of missing values are solved. It depends on the pattern alone.
enum class SolutionPath {
    whole,  // Nobody is missing: with the base's factors.
    near,   // Few are: by conjugate gradients from the base's factors.
    far,    // With factors of its own.
};

// The samples outside a fold that a pattern lacks.
struct LackedSamples {
    std::vector<SampleIndex> samples;  // Of the cohort.
    // Where the pattern is near:
    std::vector<double> basis_rows;  // samples x (rank + 1), the last of all 1.
    // Where it is far:
    FixedPointMatrix basis;
    std::vector<double> basis_gram;  // rank x rank
};

// Traits that lack the same samples of the base.
struct LackingPattern {
    std::vector<std::int64_t> lacked;  // Positions in the base, ascending.
    std::vector<std::int64_t> traits;
    SolutionPath path = SolutionPath::whole;
    std::vector<LackedSamples> outside;  // One per LeftOut.
};

// Whom regressions leave out, as the others know it: sums over the samples outside.
struct LeftOut {
    std::int64_t fold = 0;             // No fold's number: nobody is left out.
    std::vector<double> basis_gram;    // rank x rank
    std::vector<double> basis_traits;  // rank x traits
};

struct RidgeFold {
    std::vector<SampleIndex> samples;     // Of the cohort.
    std::vector<std::int64_t> positions;  // The same in the base.
    FixedPointMatrix columns;             // The basis, then traits (0 where missing).
    std::vector<double> basis;            // samples x rank
};

struct LevelZeroDesign::State {
    LevelZeroSettings settings;
    std::int64_t cohort = 0;
    std::int64_t samples = 0;
    std::int64_t rank = 0;
    std::int64_t traits = 0;
    std::vector<double> units;  // Of an integer, per column of the folds' matrices.
    std::vector<RidgeFold> folds;
    std::vector<LeftOut> left_out;  // One per fold, or nobody alone.
    std::vector<LackingPattern> patterns;

    std::int64_t heritabilities() const { return std::ssize(settings.heritabilities); }
    double penalty(std::int64_t h) const {
        auto const share = settings.heritabilities[static_cast<std::size_t>(h)];
        return static_cast<double>(settings.variants) * (1 - share) / share;
    }
};

}  // namespace maniple
