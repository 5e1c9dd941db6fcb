// Sums over samples of the binary traits' tests, one function each per instruction set; see
// core/instruction_set.hpp. All forms compute the same bits: samples go to eight lanes in turn, and
// lanes are added up in order.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

/// Arrays of samples are padded to whole multiples of this.
constexpr std::int64_t tilted_step = 32;
/// The most that tilt x genotype may be, so that products of four terms are ordinary numbers.
constexpr double most_tilted = 60;

constexpr std::int64_t pad_samples(std::int64_t samples) {
    return (samples + tilted_step - 1) / tilted_step * tilted_step;
}

/// Cases among samples with risks m and genotypes G. Who takes no part has risk 0, and any G; so do
/// those who have risk 1, where there are risks.
struct TiltedTask {
    double const* genotypes;
    double const* risks;
    std::int64_t count;  ///< A multiple of tilted_step.
    double tilt;         ///< |tilt x genotype| <= most_tilted of those who take part
};

/// With e = exp(tilt G), D = 1 - m + m e, p = m e / D and w = p (1 - p). Where numbers of events
/// are Poisson's, of means m, log D is m (e - 1), p and w are m e, and G^k stands alone beside w.
struct TiltedSums {
    double log_mean;  ///< sum of log D
    double first;     ///< sum of G (p - m)
    double second;    ///< sum of G^2 w
    double third;     ///< sum of G^3 w (1 - 2 p)
    double fourth;    ///< sum of G^4 w (1 - 6 w)
};

/// The same without a tilt.
struct UntiltedSums {
    double mean;  ///< sum of G m
    double second;
    double third;
    double fourth;
    double reach;  ///< largest |G| of samples that take part
};

/// Genotypes less what covariates explain of them.
struct AdjustTask {
    float const* basis;  ///< Covariate columns, `stride` apart.
    std::int64_t stride;
    std::int64_t rank;
    std::int64_t count;          ///< Samples: a multiple of eight.
    double const* coefficients;  ///< [variants][rank]
    std::int64_t variants;       ///< At most adjust_together.
    double* genotypes;           ///< [variants] rows, overwritten.
    std::int64_t genotype_stride;
};
constexpr std::int64_t adjust_together = 4;

/// out[i] = weights[i] exp(tilt x genotypes[i])
struct WeighTask {
    double const* genotypes;
    double const* weights;
    std::int64_t count;  ///< A multiple of tilted_step.
    double tilt;         ///< |tilt x genotype| <= most_tilted where the weight is not 0
    double* out;
};

struct TiltedForms {
    TiltedSums (*tilted)(TiltedTask const& task);
    UntiltedSums (*untilted)(TiltedTask const& task);  ///< Its tilt is not read.
    TiltedSums (*tilted_poisson)(TiltedTask const& task);
    UntiltedSums (*untilted_poisson)(TiltedTask const& task);  ///< Nor here.
    void (*weigh)(WeighTask const& task);
    void (*adjust)(AdjustTask const& task);
};

extern TiltedForms const tilted_forms_scalar;
extern TiltedForms const tilted_forms_avx2;
extern TiltedForms const tilted_forms_avx512;

TiltedForms const& tilted_forms(InstructionSet set);
/// Those for `instruction_set()`.
TiltedForms const& tilted_forms();

}  // namespace maniple
