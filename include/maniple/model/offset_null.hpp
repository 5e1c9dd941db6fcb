/// \file  A null model of the same traits, less an offset for each sample.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/matrix_view.hpp"
#include "maniple/model/linear_null.hpp"

namespace maniple {

/// What is taken from every trait of a null model before variants are tested, for instance what the
/// rest of the genome predicts.
struct TraitOffsets {
    /// Traits x samples of the cohort; of a trait, what lies outside its pattern is not read.
    MatrixView<float const> values;
    /// Per trait: what a value is multiplied with to be in units of the trait.
    std::span<double const> scales;
};

/// The linear null model of traits less offsets: bases of covariates, patterns of missing values
/// and what was computed of them are those of the model without offsets, and only the traits'
/// residuals are others. Tests with it are exact regressions of y - offset on covariates and
/// variant.
///
/// Made in parts that threads share; then finished by one; then made for other offsets, and so on.
/// A trait's numbers depend on its own offsets alone, whatever shares its part.
class OffsetNull {
public:
    /// Takes a copy of the columns. \param plain  the model without offsets; outlives this object.
    explicit OffsetNull(LinearNull const& plain);

    /// Pieces of equal work.
    std::int64_t parts() const { return std::ssize(parts_); }

    /// Residualise the offsets of some traits on the covariates over the trait's samples, and take
    /// them from the residuals. \pre 0 <= part < parts(); values of a trait's samples are finite
    /// Threads: parts may be fitted side by side.
    void fit_part(std::int64_t part, TraitOffsets const& offsets);

    /// Complete the model. \pre every part was fitted
    /// \return the first trait of which the offset leaves nothing that could be tested; else empty.
    std::string finish();

    /// \pre finished
    LinearNull const& null() const { return null_; }

    /// SD of a trait's residual on the covariates, without offset [trait]: with its degrees of
    /// freedom, samples less columns of the basis.
    static double residual_scale(LinearNull const& null, NullTrait const& trait);

    /// Memory of one, and of a thread that fits a part of it.
    static std::int64_t bytes(std::int64_t samples, std::int64_t columns);
    static std::int64_t part_bytes(std::int64_t samples, std::int64_t covariates);

private:
    /// Traits of one design whose columns lie side by side.
    struct Part {
        std::size_t design = 0;
        std::vector<std::size_t> traits;  ///< Positions in `LinearNull::traits`, by column.
    };

    LinearNull const& plain_;
    LinearNull null_;
    std::vector<Part> parts_;
};

}  // namespace maniple
