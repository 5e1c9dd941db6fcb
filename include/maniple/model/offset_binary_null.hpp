/// \file  A null model of the same binary traits, with an offset for each sample.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/matrix_view.hpp"
#include "maniple/model/event_null.hpp"

namespace maniple {

/// Logistic null models in which something is known of every sample's log odds, for instance what
/// the rest of the genome predicts: the covariates are fitted anew beside it. Patterns of missing
/// values are those of the model without offsets.
///
/// Made in parts that threads share; then finished by one; then made for other offsets, and so on.
/// A trait's numbers depend on its own offsets alone.
class OffsetBinaryNull {
public:
    /// \param plain       the model without offsets; outlives this object.
    /// \param covariates  those that it was fitted with; outlive this object.
    /// \pre every trait is binary
    OffsetBinaryNull(EventNull const& plain, std::span<Covariate const> covariates);

    /// Pieces of work, about equal.
    std::int64_t parts() const { return std::ssize(parts_); }

    /// Fit some traits. \param offsets  log odds: traits x samples of the cohort; of a trait, what
    /// lies outside its pattern is not read.
    /// \pre 0 <= part < parts(); values of a trait's samples are finite
    /// Threads: parts may be fitted side by side.
    void fit_part(std::int64_t part, MatrixView<float const> offsets);

    /// \pre every part was fitted
    /// \return "trait 'X' ...; do ..." of the first trait that has no model with these offsets, of
    ///         which nothing is known then; else empty.
    std::string finish() const;

    /// \pre finished
    EventNull const& null() const { return null_; }

    /// Memory of one, and of a thread that fits a part of it.
    static std::int64_t bytes(EventNull const& plain) { return plain.own_bytes(); }
    static std::int64_t part_bytes(std::int64_t samples, std::int64_t covariates);

private:
    /// Traits of one pattern.
    struct Part {
        PatternIndex pattern{0};
        std::vector<std::size_t> traits;  ///< Positions in `EventNull::traits`.
    };

    EventNull const& plain_;
    std::span<Covariate const> covariates_;
    EventNull null_;
    std::vector<Part> parts_;
    std::vector<char> is_fitted_;  // Of each trait: 1 where it has a model.
};

}  // namespace maniple
