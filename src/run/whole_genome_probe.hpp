/// \file  Rates of this machine for whole-genome regressions. Private to this module.
#pragma once

#include "maniple/run/whole_genome_estimate.hpp"

namespace maniple {

/// Measure what a thread does while as many work as the shape has for each rank, or as this process
/// may use at once, if these are fewer: some blocks of level 0 with made-up genotypes, few samples
/// and the shape's traits, and the products of level 1. Takes about a second, more for blocks of
/// thousands of variants.
WholeGenomeRates measure_rates(WholeGenomeShape const& shape);

}  // namespace maniple
