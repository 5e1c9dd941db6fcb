/// \file  Products that estimates are made of, with their arithmetic. Private to this module.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "maniple/run/whole_genome_estimate.hpp"

namespace maniple {

inline double as_double(std::int64_t value) { return static_cast<double>(value); }

inline std::int64_t divide_up(std::int64_t count, std::int64_t by) { return (count + by - 1) / by; }

/// One number of a product, and what it counts.
struct Part {
    double value;
    std::string unit = {};
};

/// The product, divided by `by` where that is not 1.
EstimateTerm multiply(std::string name, std::initializer_list<Part> parts, double by = 1);

double sum_of(std::vector<EstimateTerm> const& terms);

}  // namespace maniple
