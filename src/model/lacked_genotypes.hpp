// Products with the standardised genotypes of samples that traits lack.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "block_standard.hpp"
#include "level_zero_design.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/rounded_product.hpp"
#include "maniple/genotype/sample_selection.hpp"
#include "ridge_forms.hpp"

namespace maniple {

// Memory of LackedGenotypes; reused.
struct LackedWorkspace {
    RoundedWorkspace product;
    std::vector<double> weights;         // Of all patterns: one per variant and column,
    std::vector<double> slopes;          // (rank + 1) x columns,
    std::vector<double> basis_products;  // and likewise.
    // Of the pattern at hand, rows padded to whole vectors: one per variant, basis column or
    // sample that it lacks.
    std::vector<double> own_weights;
    std::vector<double> own_products;
    std::vector<double> own_slopes;
    std::vector<double> values;
};

// Of the traits of some patterns, R'R x, where the rows of R are the standardised genotypes that
// the trait's pattern lacks. Vectors are columns: for each penalty one of each trait, in the order
// in which traits were added, then some that are nothing, up to whole vectors of the processor's.
class LackedGenotypes {
public:
    // standard, workspace: outlive this object.
    LackedGenotypes(BlockStandard const& standard, std::int64_t penalties,
                    LackedWorkspace& workspace);

    // turned: the block's variants, some in each. The others outlive this object.
    void add(std::span<SampleMajorBlock const> turned, LackedSamples const& lacked,
             std::span<std::int64_t const> traits);

    std::int64_t penalties() const { return penalties_; }
    std::span<std::int64_t const> traits() const { return traits_; }
    std::int64_t stride() const {
        return pad_lanes(std::ssize(traits_));
    }  // From penalty to penalty.

    // to = R'R from, with a relative error of about 1e-6. Both are variants x (penalties x stride);
    // a column's result depends on those of its pattern alone.
    void multiply(MatrixView<double const> from, MatrixView<double> to);

private:
    struct Pattern {
        PackedBlock by_variant;
        PackedBlock by_sample;
        MatrixView<double const> basis;  // samples x (rank + 1)
        struct Missing {
            std::int32_t sample;
            std::int32_t variant;
        };
        std::vector<Missing> missing;
        std::int64_t first;  // Of its traits.
        std::int64_t count;
    };

    // The part of a matrix that belongs to a pattern, and back.
    void gather(Pattern const& pattern, std::vector<double> const& from, std::int64_t rows,
                std::vector<double>& to) const;
    void scatter(Pattern const& pattern, std::vector<double> const& from,
                 MatrixView<double> to) const;
    void clear_padding(MatrixView<double> to) const;
    void multiply(Pattern const& pattern, MatrixView<double> products,
                  MatrixView<double> basis_products);

    BlockStandard const& standard_;
    std::int64_t penalties_;
    std::vector<double> offsets_;  // variants x (rank + 1)
    std::vector<Pattern> patterns_;
    std::vector<std::int64_t> traits_;
    LackedWorkspace& work_;
};

}  // namespace maniple
