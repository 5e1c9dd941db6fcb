#include "person_reading.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "evaluation_words.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/core/small_count.hpp"
#include "reading_parts.hpp"

namespace maniple {
namespace {

std::string accuracy_text(GroupCheck const& check, Outcome outcome) {
    auto const& accuracy = check.accuracy;
    return fmt::format(
        "{} {} in {} people{}", metric_label(check.metric),
        with_interval(accuracy.value, accuracy.lower, accuracy.upper), grouped(check.samples),
        check.cases < 0 ? ""
                        : fmt::format(" with {} {}", grouped(check.cases), noun_of_cases(outcome)));
}

// Why a number is no better than a useless score's.
std::string_view useless_text(GroupCheck const& check) {
    if (check.metric == "r2") {
        return "R² is never below 0, and the effect of the score may be none, or the other way "
               "round.";
    }
    return check.accuracy.upper < 0.5 ? "That is less often right than a coin: the score ranks "
                                        "people of this group the wrong way round."
                                      : "The interval holds 0.5, what a useless score has.";
}

ReportFinding read_accuracy(GroupCheck const& check, PersonScore const& score) {
    auto const text = fmt::format(
        "The score was judged for '{}' in this person's group, {} = {}: {}.", score.evaluated_trait,
        check.factor, check.level, accuracy_text(check, score.evaluated_outcome));
    if (!is_few(check.samples, check.cases, score.evaluated_outcome)) return say(text);
    return warn(text + " They are few: the interval shows how little that tells.");
}

ReportFinding read_group(GroupCheck const& check, PersonScore const& score) {
    auto const& trait = score.evaluated_trait;
    auto const group = fmt::format("{} = {}", check.factor, check.level);
    switch (check.status) {
        case GroupCheck::Status::validated:
            return read_accuracy(check, score);
        case GroupCheck::Status::not_better:
            return warn(fmt::format(
                "In this person's group, {}, the score was judged for '{}', and not shown to tell "
                "anything: {}. {}",
                group, trait, accuracy_text(check, score.evaluated_outcome), useless_text(check)));
        case GroupCheck::Status::not_told:
            return warn(fmt::format(
                "Whether the score holds in this person's group, {}, is not known here: the "
                "evaluation tells nothing of it, for its people are too few, or others could be "
                "worked out from them.",
                group));
        case GroupCheck::Status::not_judged:
            return warn(fmt::format(
                "The score was not validated in this person's group, {}: the people of it who were "
                "evaluated do not determine its accuracy.",
                group));
        case GroupCheck::Status::unknown:
            return warn(fmt::format(
                "This person has no value of {}: whether the score was validated in their group is "
                "not known.",
                check.factor));
        case GroupCheck::Status::nobody:
            break;
    }
    return warn(fmt::format(
        "The score was not validated in this person's group, {}: nobody of it was evaluated.",
        group));
}

// Missing genotypes count the mean, and draw a score towards it.
ReportFinding read_support(PersonScore const& score) {
    constexpr double enough = 0.9;
    auto const share = percent(score.own_share);
    if (score.own_share >= enough) {
        return say(fmt::format(
            "{} of the score's variance rests on genotypes that this person has; missing ones "
            "count the mean.",
            share));
    }
    return warn(fmt::format(
        "Only {} of the score's variance rests on genotypes that this person has: the others are "
        "missing and count the mean, so that the score lies closer to the mean than it should.",
        share));
}

std::vector<ReportFinding> read_place(PersonScore const& score) {
    auto const& place = score.population;
    if (score.is_mostly_mean()) {
        return {read_support(score),
                warn("No place among other people is told: the score is mostly the mean.")};
    }
    if (place.people < 2) {
        return {warn("Nobody else in this store has this score: there is no place among others."),
                read_support(score)};
    }
    return {
        say(fmt::format(
            "Of the {} other people of this store, {} have a lower score{}. They are the people "
            "of this study, not of a country or an ancestry.",
            grouped(place.people - 1), percent(place.percentile / 100),
            place.has_equals ? " (half of those with the same score counted)" : "")),
        read_support(score)};
}

std::vector<ReportFinding> read_quality(PersonScore const& score) {
    constexpr double few = 0.95;
    std::vector<ReportFinding> findings;
    if (score.was_used) {
        findings.push_back(warn(
            "This person was among those on whom the model was trained or recalibrated: what it "
            "predicts of them is partly what it was told."));
    }
    if (!score.training_is_known && !score.was_used) {
        findings.push_back(
            warn("Nobody knows on whom this score was trained. If this person was among them, what "
                 "it says of them is partly what it was told."));
    }
    if (score.share_used < few) {
        findings.push_back(
            warn(fmt::format("Only {} of the score's variants are in this store: the score is not "
                             "quite the one that "
                             "was published or trained.",
                             percent(score.share_used))));
    }
    return findings;
}

void add_limit_of_risk(PersonScore const& score, std::vector<ReportFinding>& findings) {
    if (score.outcome == Outcome::quantitative) return;
    if (score.outcome == Outcome::time_to_event) {
        findings.push_back(warn(
            "This is the risk if nobody died of anything else first: whoever does counts as no "
            "longer followed. Where many die of something else, as in old age, fewer people "
            "than this have the event."));
    }
    findings.push_back(
        warn("A risk is a share of people like this one. It does not say who of them will be "
             "affected."));
}

}  // namespace

std::string outcome_text(PersonScore const& score, double value, double step) {
    return score.outcome == Outcome::quantitative ? short_number(value, step) : percent(value);
}

std::vector<ReportFinding> read_risk(PersonScore const& score) {
    auto const what = score.outcome == Outcome::quantitative ? "value" : "risk";
    if (!score.risk) {
        return {warn(fmt::format(
            "No {} is told: {}.",
            score.outcome == Outcome::quantitative ? "predicted value" : "absolute risk",
            score.no_risk))};
    }
    auto const& risk = *score.risk;
    auto const by =
        risk.horizon ? fmt::format(" by time {}", given_number(*risk.horizon)) : std::string{};
    auto const step = risk.observed ? step_of(risk.observed->lower, risk.observed->upper) : 0;
    std::vector<ReportFinding> findings{say(
        fmt::format("The model predicts a {} of {} for '{}'{}. It was recalibrated on {} people.",
                    what, outcome_text(score, risk.predicted, step), score.trait, by,
                    grouped(risk.recalibrated_on)))};
    if (!risk.observed) {
        findings.push_back(
            warn(fmt::format("How sure that is cannot be told: {}.", risk.no_interval)));
        add_limit_of_risk(score, findings);
        return findings;
    }
    auto const& observed = *risk.observed;
    findings.push_back(say(fmt::format(
        "Of other people with this prediction the {} is estimated to be {} (95% interval {} to "
        "{}){}, by regression of '{}' on the prediction among the {} people of the evaluation "
        "named. The interval holds chance in that evaluation alone.",
        score.outcome == Outcome::quantitative ? "mean value" : "share with the outcome",
        outcome_text(score, observed.value, step), outcome_text(score, observed.lower, step),
        outcome_text(score, observed.upper, step), by, score.evaluated_trait,
        grouped(risk.evaluated))));
    if (risk.value_range) {
        auto const& range = *risk.value_range;
        auto const reach = step_of(range.lower, range.upper);
        findings.push_back(
            say(fmt::format("95% of such people are expected between {} and {}.",
                            short_number(range.lower, reach), short_number(range.upper, reach))));
    }
    add_limit_of_risk(score, findings);
    if (risk.predicted < observed.lower || risk.predicted > observed.upper) {
        findings.push_back(warn(
            "The prediction lies outside of that interval: the model is off for people like this "
            "one, and what was observed is the better guide."));
    }
    return findings;
}

std::vector<ReportFinding> read_validation(PersonScore const& score) {
    if (!score.is_evaluated) {
        return {
            warn("No evaluation of this score was named (--evaluation): whether it was ever "
                 "validated in "
                 "people like this one is not known here.")};
    }
    if (!score.evaluated_model_is_known) {
        return {warn(fmt::format(
            "Nobody knows whether the evaluation named, for '{}', was of this model: it is of a "
            "table of scores, or was made before evaluations said of which model they are. None "
            "of its numbers are told here.",
            score.evaluated_trait))};
    }
    if (score.groups.empty()) {
        return {warn(
            fmt::format("The evaluation named, for '{}', was not divided into groups: whether the "
                        "score holds for people like this one was not asked.",
                        score.evaluated_trait))};
    }
    std::vector<ReportFinding> findings;
    for (auto const& check : score.groups) {
        findings.push_back(read_group(check, score));
    }
    return findings;
}

std::vector<ReportFinding> read_distance(PersonScore const& score) {
    if (!score.distance) {
        return {
            warn("How far this person lies from the training samples in ancestry was not asked "
                 "(--pc).")};
    }
    auto const& distance = *score.distance;
    if (!distance.unknown.empty()) {
        return {warn(
            fmt::format("How far this person lies from the training samples cannot be told: {}.",
                        distance.unknown))};
    }
    auto const where = fmt::format(
        "By the covariance of the {} training samples with {}, this person lies farther from their "
        "mean than {} of them (squared Mahalanobis distance {})",
        grouped(distance.training_samples), fmt::join(distance.columns, ", "),
        percent(distance.percentile / 100), short_number(distance.squared));
    if (distance.percentile > far_percentile) {
        return {warn(fmt::format(
            "{}. That is far: people like this one hardly took part in training, and the score may "
            "not hold for them.",
            where))};
    }
    return {say(where + ".")};
}

std::vector<ReportFinding> read_score_aloud(PersonScore const& score) {
    std::vector<ReportFinding> all;
    for (auto const read : {read_place, read_risk, read_validation, read_distance, read_quality}) {
        auto const some = read(score);
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

}  // namespace maniple
