// What people are told of a scan's traits.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/readable.hpp"
#include "maniple/run/scan_plan.hpp"

namespace maniple {
namespace {

// Every trait is said while there are few; of many, the first.
constexpr std::size_t traits_shown = 20;

// Where people are left out as a level tells their status, names of columns would say whose it is.
std::string describe_collinear(std::vector<std::string> const& collinear,
                               TraitCounts const& counts) {
    if (collinear.empty()) return {};
    if (counts.told > 0) {
        return fmt::format("; without them {} collinear",
                           collinear.size() == 1
                               ? std::string{"a column of the covariates is"}
                               : fmt::format("{} columns of the covariates are", collinear.size()));
    }
    return fmt::format("; left out as collinear: {}", fmt::join(collinear, ", "));
}

}  // namespace

void ScanPlan::describe_traits(Log& log) const {
    std::set<std::uint64_t> patterns;
    for (auto const& trait : traits_) patterns.insert(trait.pattern);
    if (predictors_) {
        log.note(fmt::format(
            "predictors: '{}' of {}; each variant is tested beside what contigs other than its own "
            "predict",
            predictors_->file().string(), plural(std::ssize(predictors_->traits()), "trait")));
    }
    log.note(fmt::format("traits: {} in {} of missing values", traits_.size(),
                         plural(std::ssize(patterns), "pattern")));
    for (std::size_t t = 0; t < std::min(traits_.size(), traits_shown); ++t) {
        auto const& [reference, model, counts, collinear, pattern, columns, more, predictor] =
            traits_[t];
        auto line =
            fmt::format("  {}: {} samples", reference.label, describe_count(counts.samples));
        auto const people = describe_people(counts);
        if (counts.outcome == Outcome::binary) {
            line += fmt::format(", {} cases, {} controls", people.cases, people.controls);
        } else if (counts.outcome == Outcome::time_to_event) {
            line += fmt::format(", {} events, {} censored", people.cases, people.controls);
        }
        if (counts.unpredicted > 0) {
            line += fmt::format("; left out, without a prediction: {}",
                                describe_count(counts.unpredicted));
        }
        if (counts.told > 0) {
            line += fmt::format("; left out, a level of '{}' tells their status: {}",
                                fmt::join(counts.telling, "' or '"), describe_count(counts.told));
        }
        log.note(line + describe_collinear(collinear, counts));
    }
    if (traits_.size() > traits_shown) {
        log.note(
            fmt::format("  and {} more (summary.tsv has them all)", traits_.size() - traits_shown));
    }
    warn_of_unused_options(log);
    warn_of_certain_events(log);
    if (has_model(TraitModel::logistic)) {
        log.note(
            fmt::format("  binary traits: logistic regression, beta is log odds per allele ({})",
                        describe_correction()));
    }
    if (has_model(TraitModel::cox)) {
        log.note(fmt::format(
            "  times to event: Cox regression, beta is log hazard ratio per allele ({})",
            describe_correction()));
    }
    auto const is_number = [](PlannedTrait const& trait) {
        return trait.counts.outcome == Outcome::binary && trait.model == TraitModel::linear;
    };
    if (std::ranges::any_of(traits_, is_number)) {
        log.note("  binary traits: linear regression, beta is a difference in risk per allele");
    }
    warn_of_units(log);
}

void ScanPlan::warn_of_unused_options(Log& log) const {
    if (has_model(TraitModel::logistic) || has_model(TraitModel::cox)) return;
    for (auto const& option : request_.event_options) {
        log.warn(
            fmt::format("{} changes nothing: every trait is tested by linear regression", option));
    }
}

// As where those without an event were written as missing, and are left out.
void ScanPlan::warn_of_certain_events(Log& log) const {
    for (auto const& trait : traits_) {
        auto const& counts = trait.counts;
        if (trait.model != TraitModel::cox || counts.cases < counts.samples) continue;
        log.warn(
            fmt::format("trait '{}': nobody is censored; where '{}' is missing for people without "
                        "an event, give them 0 and import the table again",
                        trait.reference.label, trait.reference.event->label));
    }
}

// Text does not say what it holds.
void ScanPlan::warn_of_units(Log& log) const {
    if (!predictors_) return;
    for (auto const model : {TraitModel::linear, TraitModel::logistic}) {
        bool const has_unknown = std::ranges::any_of(traits_, [&](PlannedTrait const& trait) {
            return trait.counts.outcome == Outcome::binary && trait.model == model &&
                   predictors_->how(trait.predictor).unit == PredictionUnit::unknown;
        });
        if (!has_unknown) continue;
        log.warn(
            model == TraitModel::linear
                ? "predictions of binary traits must be those of a linear model: those of a "
                  "logistic one (regenie --bt) are on another scale"
                : "predictions of binary traits must be log odds, of a logistic model (regenie "
                  "--bt): those of a linear one are on another scale");
    }
}

std::string ScanPlan::describe_correction() const {
    auto const& rule = request_.rule;
    if (rule.correction == Correction::none) return "score test";
    if (rule.correction == Correction::wald) return "Wald test of the full model";
    auto const* const name = rule.correction == Correction::spa            ? "spa"
                             : rule.correction == Correction::firth_approx ? "firth-approx"
                                                                           : "firth";
    return fmt::format("score test, {} where p <= {}", name, rule.threshold);
}

}  // namespace maniple
