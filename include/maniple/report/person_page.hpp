/// \file  The page about one person's scores.
#pragma once

#include <string>

#include "maniple/run/person_facts.hpp"

namespace maniple {

/// One HTML file: for each score its place in the population, the risk where a recalibrated model
/// predicts one, what raises and lowers it, and what speaks against reading it so. The only page
/// that holds an ID. Equal facts give equal bytes.
std::string person_page(PersonFacts const& facts);

}  // namespace maniple
