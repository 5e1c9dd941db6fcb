/// \file  Everything that a page about one person tells.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "maniple/run/evaluation_curves.hpp"
#include "maniple/stats/heterogeneity.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// A score of which less than this share rests on the person's own genotypes has no place and no
/// risk: it is mostly the mean.
inline constexpr double least_own_share = 0.5;

/// \param own_share  of a score's variance that rests on a person's own genotypes; the rest is the
/// mean of others.
constexpr bool is_mostly_mean(double own_share) { return own_share < least_own_share; }

/// Where a score lies among those of the store's people, all that have genotypes there.
struct PopulationPlace {
    std::int64_t people = 0;
    double percentile =
        0;  ///< 100 times the share of the others who score lower, half of equal ones in it.
    bool has_equals = false;                   ///< Others have this very score.
    std::optional<PeopleHistogram> histogram;  ///< Cells of five people or more, or of nobody.
};

/// What a recalibrated model predicts. The person's value where the outcome is quantitative.
struct PersonRisk {
    double predicted = 0;
    std::int64_t recalibrated_on = 0;  ///< People.
    /// Of other people with this prediction, by the evaluation's calibration line; 95% interval.
    /// Nothing beyond the predictions that people evaluated had.
    std::optional<Proportion> observed;
    std::int64_t evaluated = 0;             ///< People that line is of.
    std::string no_interval;                ///< Why `observed` is not there.
    std::optional<Proportion> value_range;  ///< Quantitative: where 95% of such people lie.
    std::optional<double> horizon;          ///< Times to events: the risk is of an event by then.
};

/// Was the score validated in the person's group?
struct GroupCheck {
    enum class Status : std::uint8_t {
        validated,   ///< `accuracy` is of this group, and better than a useless score's.
        not_better,  ///< `accuracy` is of this group; a useless score may have as much, or it has.
        not_told,    ///< Too few people of it were evaluated, or others could be worked out.
        nobody,      ///< None was.
        not_judged,  ///< Some were, without a number: one class, say.
        unknown,     ///< The person has no value there.
    };
    std::string factor;
    std::string level;
    Status status = Status::nobody;
    std::string metric;
    Proportion accuracy;
    std::int64_t samples = -1;
    std::int64_t cases = -1;
};

/// Squared Mahalanobis distance from the samples that a model was trained on, in some columns.
struct TrainingDistance {
    std::vector<std::string> columns;
    std::int64_t training_samples = 0;  ///< With all columns, in this store.
    double squared = 0;
    double percentile = 0;  ///< 100 times the share of them that lie closer to their mean.
    std::string unknown;    ///< Why there is no distance; empty: there is.
};

struct PersonVariant {
    std::string label;  ///< Its ID, or else its place.
    std::string place;  ///< "1:1000".
    std::string effect_allele;
    unsigned copies = 0;
    double mean_copies = 0;
    double weight = 0;
    double contribution = 0;
    std::vector<std::string> genes;
};

struct PersonGene {
    std::string name;
    double contribution = 0;
};

/// One score of one person.
struct PersonScore {
    std::string name;
    std::string source;  ///< Model, or file of weights.
    std::string trait;   ///< As far as known.
    Outcome outcome = Outcome::unknown;
    double value = 0;
    double mean = 0;  ///< That contributions start from.
    double listed = 0;
    double rest = 0;
    double share_used = 0;  ///< Of the score's variants.
    double own_share = 1;   ///< Of the score's variance: what rests on this person's genotypes.
    PopulationPlace population;
    std::optional<PersonRisk> risk;
    std::string no_risk;    ///< Why there is none.
    bool was_used = false;  ///< In training, or to recalibrate, as far as known.
    bool training_is_known = true;
    bool is_evaluated = false;             ///< The evaluation named is of a score of this name.
    bool evaluated_model_is_known = true;  ///< It is of this model; else nobody knows of which.
    std::string evaluated_trait;           ///< On which; of weights from elsewhere it may be any.
    Outcome evaluated_outcome = Outcome::unknown;  ///< That trait's.
    std::vector<GroupCheck> groups;
    std::optional<TrainingDistance> distance;  ///< Nothing: no columns were named.
    std::vector<PersonVariant> variants;       ///< The largest contributions first.
    std::vector<PersonGene> genes;             ///< Likewise.

    bool is_mostly_mean() const { return maniple::is_mostly_mean(own_share); }
};

struct PersonFacts {
    std::string id;
    std::int64_t number = 1;  ///< Among those who are explained.
    std::vector<PersonScore> scores;
};

/// Pages that are wanted, and what they may look at.
struct PersonPages {
    /// The whole file.
    std::function<std::string(PersonFacts const&)> write;
    std::filesystem::path evaluation{};         ///< Folder of one; empty: none.
    std::vector<std::string> distance_columns;  ///< Names or patterns; empty: none.
};

}  // namespace maniple
