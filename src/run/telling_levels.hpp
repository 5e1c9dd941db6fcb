/// \file  Levels of covariates that tell who has had an event. Private to this module.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/genotype/sample_mask.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// Which levels tell: those of a logistic model without cases or without controls, those of a Cox
/// model without events. Its coefficient has no finite optimum there, and in the limit such people
/// weigh nothing (A. Albert and J. A. Anderson 1984, Biometrika 71): a model of the others is the
/// same.
enum class Telling { cases_or_controls, events };

/// People of one covariate's telling levels.
struct ToldPeople {
    std::string covariate;
    std::int64_t count = 0;
};

/// The levels of binary and categorical covariates, on the samples of a cohort.
class TellingLevels {
public:
    explicit TellingLevels(std::span<Column const> covariates);

    /// Take the values of those away whose status a level tells, level after level until none does.
    /// Where that would leave nobody, nothing is done: then it is the covariates that are at fault.
    /// \param status  0 or 1 of everybody who has a value. \param values  NaN: has none.
    std::vector<ToldPeople> leave_out(SampleMask const& base, std::span<double const> status,
                                      Telling telling, std::span<double> values) const;

private:
    struct Levels {
        std::string covariate;
        std::size_t count = 0;
        std::vector<std::int32_t> level;  // Per sample; -1: missing.
    };
    std::vector<Levels> covariates_;
};

}  // namespace maniple
