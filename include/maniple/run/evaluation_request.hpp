/// \file  What `maniple evaluate` is asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "maniple/run/sample_choice.hpp"
#include "maniple/run/score_matching.hpp"
#include "maniple/trait/training_split.hpp"

namespace maniple {

/// What a score's numbers are.
enum class ScoreScale {
    automatic,  ///< A prediction where a model says of what, else relative.
    relative,   ///< More is more: units mean nothing.
    linear,     ///< Trait units, log odds or log hazard: calibration can be judged.
};

/// Which people a rule calls.
struct ThresholdRule {
    enum class Kind { score, risk, top } kind = Kind::score;
    double value = 0;  ///< A score, a predicted risk, or a share of the people evaluated.
    std::string text;  ///< As it was asked for.
};

enum class Recalibrate { no, yes };

struct EvaluationRequest {
    std::filesystem::path store;
    std::filesystem::path run;
    std::string model;             ///< Name in the store; may be empty.
    std::filesystem::path home{};  ///< Folder whose "models" has it; empty: the store.
    std::string score;             ///< Name; empty: the only one.
    std::string scores;  ///< Table that holds the scores of people; empty: computed from the model.
    std::optional<AmbiguousStrand>
        ambiguous{};  ///< Where scores are computed; nothing: what suits.
    double min_match = 0.75;
    std::string trait;  ///< A column, or "time:event".
    std::vector<std::string> covariates;
    std::vector<std::string> by;  ///< Columns, or "age:40/60" for bands.
    std::string reference;        ///< Level; empty: each factor's largest.
    SampleFiles samples;
    std::string split_column;  ///< Empty: no split.
    SamplePart part = SamplePart::test;
    ScoreScale scale = ScoreScale::automatic;
    std::vector<ThresholdRule> thresholds;
    std::optional<double> prevalence;
    std::optional<double> horizon;
    std::int64_t replicates = 1000;
    std::uint64_t seed = 1;
    std::int64_t least_people = 5;  ///< Smallest count that is told.
    Recalibrate recalibrate = Recalibrate::no;
    int threads = 1;
};

}  // namespace maniple
