#include "maniple/run/fit_plan.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/model/linear_null.hpp"
#include "maniple/run/scan_plan.hpp"

namespace maniple {
namespace {

SampleMask copy_of(SampleMask const& mask) {
    SampleMask copy{mask.samples()};
    mask.for_each([&](SampleIndex s) { copy.insert(s); });
    return copy;
}

SampleMask with_part(SampleMask const& mask, std::vector<SamplePart> const& parts,
                     SamplePart part) {
    SampleMask inside{mask.samples()};
    mask.for_each([&](SampleIndex s) {
        if (parts[s.at()] == part) inside.insert(s);
    });
    return inside;
}

SampleMask with_values(SampleMask const& mask, FitTrait const& trait) {
    SampleMask inside{mask.samples()};
    mask.for_each([&](SampleIndex s) {
        if (std::isnan(trait.values[s.at()])) return;
        if (!trait.events.empty() && std::isnan(trait.events[s.at()])) return;
        inside.insert(s);
    });
    return inside;
}

std::int64_t count_cases(FitTrait const& trait, SampleMask const& mask) {
    auto const& values = trait.events.empty() ? trait.values : trait.events;
    std::int64_t cases = 0;
    mask.for_each([&](SampleIndex s) { cases += values[s.at()] == 1 ? 1 : 0; });
    return cases;
}

char const* place_of(FitProblem::Kind kind) {
    return kind == FitProblem::Kind::fold ? "outside one of the folds" : "in the training part";
}

// Times must be times, and events be told from censorings.
void require_times(FitTrait const& trait, ColumnReference const& time,
                   ColumnReference const& event) {
    if (event.column.type != ColumnType::binary) {
        throw UserError{
            fmt::format("trait '{}': '{}' is {} (it must be 0 for censored and 1 for an event); "
                        "write --trait TIME:EVENT",
                        trait.label, event.label, to_string(event.column.type))};
    }
    if (std::ranges::any_of(trait.values, [](double value) { return value < 0; })) {
        throw UserError{
            fmt::format("trait '{}': '{}' has negative times (time since entry is expected); "
                        "correct the table and import it again",
                        trait.label, time.label)};
    }
}

}  // namespace

FitPlan::FitPlan(FitRequest request, Log& log)
    : request_{std::move(request)},
      cohort_{request_.store},
      chosen_{choose_samples(cohort_.samples(), request_.samples, log)},
      used_{cohort_.samples().size()} {
    if (request_.existing == ExistingFile::refuse && std::filesystem::exists(model_path())) {
        throw UserError{
            fmt::format("the store has a model '{}' already; choose another --name, or add "
                        "--replace",
                        request_.name)};
    }
    StoreTables const tables{cohort_};
    auto const columns = list_columns(tables);
    covariate_columns_ = choose_covariates(columns, request_.covariates);
    std::vector<Column> loaded;
    for (auto const& chosen : covariate_columns_) {
        loaded.push_back(load_column(tables, chosen, cohort_.samples().size()));
    }
    covariates_ = expand_covariates(loaded);
    for (auto const& word : request_.traits) add_trait(columns, tables, word);
    for (auto const& trait : traits_) require_outcome(trait);
    blocks_ = choose_variants(cohort_, request_.variants, log);
    for (auto const& block : blocks_) variants_ += block.size();

    auto const parts = split(tables, log);
    auto const known = complete_samples(chosen_, covariates_);
    for (auto const part : {SamplePart::training, SamplePart::validation}) {
        with_part(known, parts, part).for_each([&](SampleIndex s) { used_.insert(s); });
    }
    split_fingerprint_ = maniple::split_fingerprint(cohort_.samples(), parts);
    describe(parts, log);
    add_problems(parts);
}

void FitPlan::add_trait(std::vector<ColumnReference> const& columns, StoreTables const& tables,
                        std::string const& word) {
    auto const samples = cohort_.samples().size();
    auto const add = [&](FitTrait trait) {
        if (std::ranges::none_of(
                traits_, [&](FitTrait const& other) { return other.label == trait.label; })) {
            traits_.push_back(std::move(trait));
        }
    };
    if (auto const pair = choose_time_event(columns, word, covariate_columns_)) {
        auto const& [time, event] = *pair;
        FitTrait trait{.label = fmt::format("{}:{}", time.label, event.label),
                       .outcome = Outcome::time_to_event,
                       .values = load_column(tables, time, samples).values,
                       .events = load_column(tables, event, samples).values};
        require_times(trait, time, event);
        add(std::move(trait));
        return;
    }
    for (auto const& chosen : choose_traits(columns, {word}, covariate_columns_)) {
        auto const& reference = chosen.reference;
        add({.label = reference.label,
             .outcome = outcome_of(reference),
             .values = load_column(tables, reference, samples).values,
             .events = {}});
    }
}

std::vector<SamplePart> FitPlan::split(StoreTables const& tables, Log& log) const {
    auto const& asked = request_.split;
    auto const& samples = cohort_.samples();
    if (!asked.column.empty()) {
        auto const chosen = choose_covariates(list_columns(tables), {asked.column});
        log.note(fmt::format("split: by column '{}'", chosen.front().label));
        return split_by_column(load_column(tables, chosen.front(), samples.size()));
    }
    auto const largest = largest_family(samples);
    log.note(fmt::format("split: by a hash of the sample ID with seed {}{}", asked.seed,
                         largest > 1 ? "; families stay together" : ""));
    if (2 * largest > samples.size()) {
        throw UserError{
            fmt::format("more than half of the samples ({} of {}) have the same family ID, and "
                        "families stay together; name a --split-column, or import family IDs "
                        "that tell families apart",
                        largest, samples.size())};
    }
    return split_by_hash(samples, asked.shares, asked.seed);
}

void FitPlan::add_problems(std::vector<SamplePart> const& parts) {
    auto const known = complete_samples(chosen_, covariates_);
    for (std::size_t t = 0; t < traits_.size(); ++t) {
        auto const all = with_values(used_, traits_[t]);
        if (request_.validate == ValidateBy::folds) {
            add_folds(t, all);
            continue;
        }
        problems_.push_back({.kind = FitProblem::Kind::path,
                             .trait = t,
                             .training = with_part(all, parts, SamplePart::training),
                             .judged = with_part(all, parts, SamplePart::validation)});
        if (request_.final_fit == FinalFit::training_samples) continue;
        problems_.push_back({.kind = FitProblem::Kind::final,
                             .trait = t,
                             .training = copy_of(all),
                             .judged = SampleMask{all.samples()}});
    }
    for (auto const& problem : problems_) require_people(problem);
}

void FitPlan::add_folds(std::size_t trait, SampleMask const& known) {
    problems_.push_back({.kind = FitProblem::Kind::path,
                         .trait = trait,
                         .training = copy_of(known),
                         .judged = SampleMask{known.samples()}});
    auto const& split = request_.split;
    auto const folds = folds_by_hash(cohort_.samples(), split.folds, split.seed);
    for (std::int32_t fold = 0; fold < split.folds; ++fold) {
        FitProblem problem{.kind = FitProblem::Kind::fold,
                           .trait = trait,
                           .fold = fold,
                           .training = SampleMask{known.samples()},
                           .judged = SampleMask{known.samples()}};
        known.for_each([&](SampleIndex s) {
            (folds[s.at()] == fold ? problem.judged : problem.training).insert(s);
        });
        problems_.push_back(std::move(problem));
    }
}

// That the method fits such a trait.
void FitPlan::require_outcome(FitTrait const& trait) const {
    if (request_.method == FitMethod::elastic_net || trait.outcome == Outcome::quantitative) return;
    if (request_.method == FitMethod::stacked_ridge) {
        if (trait.outcome == Outcome::binary) return;
        throw UserError{fmt::format(
            "trait '{}' is a time to event (--method stacked-ridge fits quantitative and binary "
            "traits); fit it with --method elastic-net",
            trait.label)};
    }
    throw UserError{fmt::format(
        "trait '{}' is {} (--method ridge fits quantitative traits); fit it with --method "
        "elastic-net --mixing 0.01, whose penalty is nearly that of a ridge",
        trait.label, trait.outcome == Outcome::binary ? "binary" : "a time to event")};
}

// That nobody can be judged, or there is nothing to tell apart, is better said before any work.
void FitPlan::require_people(FitProblem const& problem) const {
    auto const& trait = traits_[problem.trait];
    auto const& label = trait.label;
    bool const folds = request_.validate == ValidateBy::folds;
    auto const samples = problem.training.count();
    if (samples == 0) {
        throw UserError{
            fmt::format("trait '{}' has no sample {} (with a value of it and of every covariate); "
                        "check the split, --keep and --remove",
                        label, place_of(problem.kind))};
    }
    auto const judges = problem.kind == FitProblem::Kind::fold ||
                        (problem.kind == FitProblem::Kind::path && !folds);
    // Without anybody to judge, heritabilities of ridge regressions are estimated.
    bool const may_lack = request_.method == FitMethod::ridge && !folds;
    if (judges && !may_lack && problem.judged.count() < 2) {
        throw UserError{fmt::format(
            "trait '{}' has {} validation samples{} (the penalty is chosen on them); {}", label,
            describe_count(problem.judged.count()), folds ? " in one of the folds" : "",
            folds ? "ask for fewer --folds"
                  : "give validation a share of --split, or choose by --validate folds")};
    }
    if (trait.outcome == Outcome::quantitative) return;
    char const* what = trait.outcome == Outcome::binary ? "cases" : "events";
    auto const require = [&](SampleMask const& mask, char const* where) {
        auto const cases = count_cases(trait, mask);
        if (cases == 0) {
            throw UserError{
                fmt::format("trait '{}' has no {} {}; choose another split, or another trait",
                            label, what, where)};
        }
        if (trait.outcome == Outcome::binary && cases == mask.count()) {
            throw UserError{
                fmt::format("trait '{}' has no controls {}; choose another split, or another trait",
                            label, where)};
        }
    };
    require(problem.training, place_of(problem.kind));
    if (judges) require(problem.judged, folds ? "in one of the folds" : "in the validation part");
}

std::string FitPlan::describe_people_of(std::size_t t, SampleMask const& mask) const {
    auto const& trait = traits_[t];
    TraitCounts const counts{
        .outcome = trait.outcome, .samples = mask.count(), .cases = count_cases(trait, mask)};
    if (trait.outcome == Outcome::quantitative) return describe_count(counts.samples);
    auto const people = describe_people(counts);
    return fmt::format("{} ({} {})", describe_count(counts.samples), people.cases,
                       trait.outcome == Outcome::binary ? "cases" : "events");
}

void FitPlan::describe(std::vector<SamplePart> const& parts, Log& log) const {
    auto const known = complete_samples(chosen_, covariates_);
    log.note(
        fmt::format("samples: {} in the store, {} after --keep and --remove, {} with every "
                    "covariate",
                    describe_count(cohort_.samples().size()), describe_count(chosen_.count()),
                    describe_count(known.count())));
    auto const training = with_part(known, parts, SamplePart::training);
    auto const validation = with_part(known, parts, SamplePart::validation);
    log.note(fmt::format("  {} for training, {} for validation, {} kept aside as test samples",
                         describe_count(training.count()), describe_count(validation.count()),
                         describe_count(with_part(known, parts, SamplePart::test).count())));
    bool const folds = request_.validate == ValidateBy::folds;
    if (request_.method == FitMethod::stacked_ridge) {
        log.note(fmt::format("  both levels have {} folds of training and validation",
                             request_.split.folds));
    } else if (folds) {
        log.note(fmt::format("  the penalty is chosen by {} folds of training and validation",
                             request_.split.folds));
    }
    log.note(fmt::format("traits: {}", traits_.size()));
    for (std::size_t t = 0; t < traits_.size(); ++t) {
        auto line = fmt::format("  {}: ", traits_[t].label);
        if (folds) {
            line += describe_people_of(t, with_values(used_, traits_[t])) + " samples";
        } else {
            line += fmt::format("{} training, {} validation samples",
                                describe_people_of(t, with_values(training, traits_[t])),
                                describe_people_of(t, with_values(validation, traits_[t])));
        }
        log.note(line);
    }
}

PenalisedTrait FitPlan::penalised(FitProblem const& problem) const {
    auto const& trait = traits_[problem.trait];
    return {.outcome = trait.outcome,
            .values = trait.values,
            .events = trait.events,
            .covariates = covariates_};
}

std::vector<std::string> FitPlan::covariate_names() const {
    std::vector<std::string> names;
    for (auto const& covariate : covariates_) names.push_back(covariate.name);
    return names;
}

std::vector<std::string> FitPlan::covariate_labels() const {
    std::vector<std::string> labels;
    for (auto const& covariate : covariate_columns_) labels.push_back(covariate.label);
    return labels;
}

}  // namespace maniple
