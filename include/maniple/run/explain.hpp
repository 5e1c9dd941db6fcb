/// \file  maniple explain: which variants and genes make a person's score what it is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/genotype/variant.hpp"
#include "maniple/run/person_facts.hpp"
#include "maniple/run/score_plan.hpp"

namespace maniple {

struct ExplainRequest {
    ScoreRequest score;               ///< What is scored; `samples` where no IDs are given.
    std::vector<std::string> people;  ///< Sample IDs.
    std::filesystem::path genes;      ///< Table of genes; empty: none.
    std::int64_t top = 20;            ///< Variants, and genes, listed per person and score.
    std::optional<PersonPages> pages{};
};

/// Writes contributions.tsv, summary.tsv, with genes genes.tsv, and with pages person-1.html and so
/// on, in the order of people, to the folder `request.score.run`, of mode 0700.
///
/// A variant's contribution is its weight times what a person has of the effect allele above the
/// mean 2 f (f: frequency in training, or else in the cohort); a missing genotype contributes 0. As
/// fixed point, contributions of all variants and the mean score add up to the person's score
/// exactly: the integers are those of `run_score`. summary.tsv says what is listed and what the
/// rest is. Files hold the sample IDs; the log does not.
/// \throws UserError where somebody is not in the store, or as ScorePlan.
void explain_scores(ExplainRequest const& request, Log& log);

}  // namespace maniple
