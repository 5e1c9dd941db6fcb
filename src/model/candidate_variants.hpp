// Variants that may enter a penalised model: genotypes and how they are standardised.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "maniple/model/penalised_screen.hpp"

namespace maniple {

/// Neighbouring places.
struct Places {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t size() const { return last - first; }
};

/// Rows of packed genotypes that can change places, so that those in the model are neighbours.
/// Sums over samples are over a mask, or, where said, over all of the cohort.
class CandidateVariants {
public:
    explicit CandidateVariants(SampleMask samples);

    std::int64_t size() const { return std::ssize(ways_); }
    SampleMask const& samples() const { return samples_; }
    double sample_count() const { return sample_count_; }

    /// Copies; new ones take the last places.
    void add(PackedView genotypes);

    /// Let two variants change places.
    void swap(std::int64_t a, std::int64_t b);

    /// Place of the variant added as number `variant`.
    std::int64_t place(std::int64_t variant) const {
        return places_[static_cast<std::size_t>(variant)];
    }
    Standardisation const& way(std::int64_t place) const {
        return ways_[static_cast<std::size_t>(place)];
    }

    PackedView rows(Places places) const;

    /// products(c, p) = sum_s x_ps column_cs. \param columns  0 outside of the mask.
    void multiply(Places places, FixedPointMatrix const& columns, MatrixView<double> products);

    /// predictor_s += sum_p coefficients[p] x_ps for all samples of the cohort, over places from 0.
    /// \param coefficients  of standardised genotypes.
    void add_to_predictor(std::span<double const> coefficients, std::span<double> predictor) const;

    /// x of one place, for all samples of the cohort.
    void standardise(std::int64_t place, std::span<double> genotypes) const;

private:
    SampleMask samples_;
    double sample_count_;
    std::int64_t row_words_;
    AlignedBuffer<std::uint64_t> words_;
    std::vector<Standardisation> ways_;    // by place
    std::vector<std::int64_t> variants_;   // by place
    std::vector<std::int64_t> places_;     // by variant
    std::vector<std::size_t> sample_set_;  // zeros
    std::optional<ScreenWorkspace> workspace_;
    std::int64_t workspace_columns_ = 0;
};

}  // namespace maniple
