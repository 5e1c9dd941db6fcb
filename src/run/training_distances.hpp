/// \file  How far people lie from those whom a model was trained on. Private to run.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "maniple/run/column_choice.hpp"
#include "maniple/run/person_facts.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// Numbers of everybody in the store; NaN = missing.
struct DistanceColumns {
    std::vector<std::string> names;
    std::vector<std::vector<double>> values;  ///< One element per sample, of each column.
};

/// \param asked  names, or patterns with * and ?. \throws UserError where there is no such column,
/// or one is not of numbers.
DistanceColumns load_distance_columns(std::vector<std::string> const& asked,
                                      StoreTables const& tables, Cohort const& cohort);

/// One per person. Distances are from the mean of the samples trained on that have all columns,
/// with their covariance matrix; none from fewer than ten of them per column. \param trained  one
/// per sample of the store: none where training is not known.
std::vector<TrainingDistance> find_training_distances(DistanceColumns const& columns,
                                                      std::vector<bool> const& trained,
                                                      std::span<SampleIndex const> people);

/// Where a squared distance lies among others: 100 times the share of smaller ones, half of the
/// equal ones in it. \pre there are others, ascending; no NaN
double percentile_among(std::span<double const> ascending, double value);

/// Where scores lie among those of the people of a store.
class PopulationPlaces {
public:
    /// \param scores  one per sample; NaN = missing.
    explicit PopulationPlaces(std::vector<double> const& scores);
    /// Of one of these people, who is not counted among the others. \pre somebody has this score
    PopulationPlace of(double score) const;

private:
    std::vector<double> ascending_;
    PopulationPlace everybody_;
};

}  // namespace maniple
