/// \file  How many people a trait is about.
#pragma once

#include <cstdint>
#include <string>

#include "maniple/trait/table.hpp"

namespace maniple {

/// One trait as people count it.
struct TraitCounts {
    ColumnType type = ColumnType::quantitative;
    std::int64_t samples = 0;      ///< Analysed.
    std::int64_t cases = 0;        ///< Of them, for a binary trait.
    std::int64_t unpredicted = 0;  ///< With the trait and all covariates, but no prediction.
};

/// Cases and controls of a binary trait for people to read.
struct PeopleText {
    std::string cases;
    std::string controls;
};

/// Numbers; where one of them is from 1 to 4 that one is "<5" and the other is "NA", so that it
/// cannot be found by subtraction.
PeopleText describe_people(TraitCounts const& counts);

}  // namespace maniple
