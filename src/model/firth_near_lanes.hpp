// Sums over samples of Firth's regressions near a model of covariates alone, one function each per
// instruction set; see core/instruction_set.hpp. All forms compute the same bits: samples go to
// eight lanes of doubles, or sixteen of floats, in turn, and lanes are added up in order.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

/// Lanes of the sums that are gathered in floats, a block of samples at a time.
constexpr std::int64_t near_lanes = 16;
/// Samples of such a block.
constexpr std::int64_t near_block = 512;

/// Columns that are multiplied four at a time.
constexpr std::int64_t pad_columns(std::int64_t columns) { return (columns + 3) / 4 * 4; }

/// Samples, and a model near which regressions are: the base. Rows are samples, a multiple of
/// tilted_step of them.
struct NearSamples {
    float const* const* columns;   ///< [pad_columns(rank)] covariates, zeros after the last,
    std::int64_t rank;             ///< of which there are so many.
    double const* genotypes;       ///< G
    double const* risks;           ///< By the base, m; 0 for who takes no part.
    double const* residuals;       ///< y - m; 0 for who takes no part.
    double const* base_risks;      ///< Of all whom the base has,
    double const* base_residuals;  ///< whether they take part or not.
    std::int64_t count;
};

/// A model whose log odds differ from the base's by d = covariates x steps + effect x G.
/// |d| <= most_tilted.
struct NearPoint {
    float const* steps;  ///< [rank]
    double effect;
};

/// Sums at a point, where risks are p, w = p (1 - p) and r = y - p.
struct NearSums {
    double log_likelihood;  ///< less the base's
    double score;           ///< sum of r G
    double square;          ///< sum of w G^2
};

/// Where sums go that have an element per covariate, or two of them. All but `risks` may be read
/// as what is added to the base's.
struct NearRoom {
    double* risks;     ///< [count] p
    double* scores;    ///< [rank] sum of (r - base's) Q
    double* crossed;   ///< [rank] sum of w G Q
    double* triangle;  ///< [rank (rank + 1) / 2] sum of (w - base's) Q Q'
    double* lanes;     ///< Room: sixteen for every sum.
};

/// Hat matrix's diagonals h = w (leverage + change) + own, own = w (G - fitted)^2 / rest, where the
/// change is Q'D Q and fitted is Q'b.
struct NearHats {
    double const* leverages;  ///< [count]
    float const* change;      ///< D's lower triangle, doubled beside the diagonal. Null: 0.
    float const* fitted;      ///< b
    double rest;              ///< Sum of w (G - fitted)^2.
};

/// Where sums of h (1/2 - p) Q go, and of own's part in it.
struct NearSlopes {
    double* scores;      ///< [rank]
    double* own_scores;  ///< [rank]
    double* lanes;       ///< Room: 32 for each covariate.
};

struct NearPenalty {
    double score;      ///< sum of h (1/2 - p) G
    double own_score;  ///< sum of own (1/2 - p) G
    double bend;       ///< sum of h (1 - 6 w) G^2
    double skew;       ///< sum of own (1 - 2 p) (G - fitted)
};

/// Hats with which to begin: h = w leverage and own = w G^2 / rest; at the base, own is with the
/// base's w and rest.
struct BeginHats {
    double const* leverages;  ///< [count]
    double rest;
    double base_rest;
};

/// Where sums go that have an element per covariate.
struct BeginRoom {
    double* scores;       ///< [rank] sum of (r - base's + h (1/2 - p)) Q
    double* own_scores;   ///< [rank] sum of own (1/2 - p) Q,
    double* base_scores;  ///< [rank] and at the base
    double* crossed;      ///< [rank] sum of w G Q
    double* lanes;        ///< Room: 64 for each covariate.
};

struct NearStart {
    double score;      ///< sum of (r + h (1/2 - p)) G
    double own_score;  ///< sum of own (1/2 - p) G
    double square;     ///< sum of w G^2
    double bend;       ///< sum of (h + own) (1 - 6 w) G^2
};

struct NearForms {
    /// At the base's log odds + effect x G, |effect x G| <= most_tilted: a point to begin with.
    NearStart (*begin)(NearSamples const& samples, double effect, BeginHats const& hats,
                       BeginRoom const& room);
    NearSums (*sum)(NearSamples const& samples, NearPoint const& point, NearRoom const& room);
    /// \param risks  [count] p; 0 for who takes no part.
    NearPenalty (*penalize)(NearSamples const& samples, double const* risks, NearHats const& hats,
                            NearSlopes const& slopes);
};

extern NearForms const near_forms_scalar;
extern NearForms const near_forms_avx2;
extern NearForms const near_forms_avx512;

NearForms const& near_forms(InstructionSet set);
/// Those for `instruction_set()`.
NearForms const& near_forms();

}  // namespace maniple
