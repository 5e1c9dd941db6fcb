/// \file  How many people a trait is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "maniple/core/small_count.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// One trait as people count it.
struct TraitCounts {
    Outcome outcome = Outcome::quantitative;
    std::int64_t samples = 0;          ///< Analysed.
    std::int64_t cases = 0;            ///< Of them, for a binary trait; or with an event.
    std::int64_t unpredicted = 0;      ///< With the trait and all covariates, but no prediction.
    std::int64_t told = 0;             ///< Left out as a level of a covariate tells their status.
    std::vector<std::string> telling;  ///< Such covariates.
};

/// "quantitative", "binary", "time-to-event".
char const* trait_type(Outcome outcome);

/// Cases and controls of a binary trait, or events and people censored, for people to read.
struct PeopleText {
    std::string cases;
    std::string controls;
};

/// Numbers; where one of them is from 1 to 4 that one is "<5" and the other is "NA", so that it
/// cannot be found by subtraction.
PeopleText describe_people(TraitCounts const& counts);

/// The number of cases, or events, for programs: nothing where `describe_people` does not tell it.
std::optional<std::int64_t> told_cases(Outcome outcome, std::int64_t samples, std::int64_t cases);

}  // namespace maniple
