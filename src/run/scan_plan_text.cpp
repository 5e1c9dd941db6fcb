// What people are told of a scan's traits.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/run/scan_plan.hpp"
#include "readable.hpp"

namespace maniple {
namespace {

// Every trait is said while there are few; of many, the first.
constexpr std::size_t traits_shown = 20;

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
        auto line = fmt::format("  {}: {} samples", reference.label, counts.samples);
        auto const people = describe_people(counts);
        if (counts.outcome == Outcome::binary) {
            line += fmt::format(", {} cases, {} controls", people.cases, people.controls);
        } else if (counts.outcome == Outcome::time_to_event) {
            line += fmt::format(", {} events, {} censored", people.cases, people.controls);
        }
        if (counts.unpredicted > 0) {
            line += fmt::format("; left out, without a prediction: {}", counts.unpredicted);
        }
        if (counts.told > 0) {
            line += fmt::format("; left out, a level of a covariate tells their status: {}",
                                describe_count(counts.told));
        }
        if (!collinear.empty()) {
            line += fmt::format("; left out as collinear: {}", fmt::join(collinear, ", "));
        }
        log.note(line);
    }
    if (traits_.size() > traits_shown) {
        log.note(
            fmt::format("  and {} more (summary.tsv has them all)", traits_.size() - traits_shown));
    }
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
