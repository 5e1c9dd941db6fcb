// The null model of one trait of events, whatever its family. Private to this module.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/model/event_null.hpp"

namespace maniple {

/// A trait, and its columns before they are in fixed point: one value per sample of the cohort.
struct FittedEventTrait {
    EventTrait trait;     ///< Without its place: name, pattern, columns and their units.
    std::string problem;  ///< "is ...; do ...": why there is no model. Empty: there is.
    std::vector<std::vector<double>> columns;
    std::vector<double> weights;
};

/// A null model on the samples of a basis Q.
struct EventTerms {
    std::span<double const> residuals;  ///< y - m
    std::span<double const> weights;    ///< w
    std::vector<double> information;    ///< Q'WQ, a triangle.
};

/// Make a trait's columns, its factor and the sum of its weights. \param samples  of the cohort.
/// \return  whether covariates stay apart where weights are.
bool add_columns(CovariateBasis const& made, EventTerms terms, std::int64_t samples,
                 FittedEventTrait& fitted);

/// Values of some samples in their places, padded for the lanes.
AlignedBuffer<double> spread(std::span<double const> some, std::span<SampleIndex const> samples,
                             std::int64_t all, double elsewhere = 0);

/// Put a trait's columns into fixed point at its places (`first_column`, `weight_column`), and note
/// their units. Threads: as FixedPointMatrix::fit_columns.
void store_columns(FittedEventTrait& fitted, FixedPointMatrix& columns, FixedPointMatrix& weights);

}  // namespace maniple
