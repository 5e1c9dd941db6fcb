/// \file  Variants by how rare they are.
#pragma once

#include <cstddef>
#include <string_view>

namespace maniple {

inline constexpr std::size_t frequency_classes = 4;

/// By minor allele frequency: 0 is under 0.001, 1 from there to under 0.01, 2 to under 0.05, 3 the
/// rest, and whatever has no frequency. Bounds hold of frequencies that were rounded to floats,
/// too.
std::size_t frequency_class(double alternate_frequency);

/// E.g. "MAF 0.01 to 0.05". \pre number < frequency_classes
std::string_view frequency_class_name(std::size_t number);

}  // namespace maniple
