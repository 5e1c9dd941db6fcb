#include "leave_one_out_plan.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "evaluated_trait.hpp"
#include "evaluation_factors.hpp"
#include "evaluation_score.hpp"
#include "maniple/core/error.hpp"
#include "maniple/model/linear_null.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/evaluation_rows.hpp"
#include "maniple/run/sample_choice.hpp"
#include "maniple/run/small_cells.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/trait/covariates.hpp"

namespace maniple {
namespace {

constexpr std::string_view option = "--leave-one-out";

// A level's indicators are constant among its people and unknown to a model of the others.
void require_no_covariate(std::string const& column, std::vector<ColumnReference> const& columns) {
    for (auto const& covariate : columns) {
        if (covariate.column.name != column) continue;
        throw UserError{fmt::format(
            "column '{}' is both {} and a covariate (of a level that is left out no effect can be "
            "fitted); take it out of --covariate",
            column, option)};
    }
}

// Who can be judged: one element per sample.
std::vector<bool> find_complete(LoadedTrait const& trait, SampleMask const& asked,
                                std::vector<Covariate> const& covariates) {
    std::vector<bool> complete(trait.values.size());
    complete_samples(asked, covariates).for_each([&](SampleIndex s) {
        complete[s.at()] =
            !std::isnan(trait.values[s.at()]) && !std::isnan(trait.classes()[s.at()]);
    });
    return complete;
}

std::vector<LeftOutLevel> make_levels(EvaluationFactor const& factor, LoadedTrait const& trait,
                                      std::vector<bool> const& complete) {
    std::vector<LeftOutLevel> levels;
    for (auto const& name : factor.levels) {
        levels.push_back({.name = name, .people = std::vector<bool>(complete.size())});
    }
    for (std::size_t s = 0; s < complete.size(); ++s) {
        auto& level = levels[static_cast<std::size_t>(factor.level[s])];
        level.people[s] = true;
        if (!complete[s]) continue;
        ++level.samples;
        if (trait.outcome != Outcome::quantitative && trait.classes()[s] != 0) ++level.cases;
    }
    return levels;
}

std::vector<std::int64_t> count_level(LeftOutLevel const& level, Outcome outcome) {
    if (outcome == Outcome::quantitative) return {level.samples};
    return {level.samples, level.cases, level.samples - level.cases};
}

// Levels that are too small by themselves, in words: "'Tromso'", "'A' and 'B'".
std::string name_small(std::vector<LeftOutLevel> const& levels, std::vector<bool> const& small,
                       std::optional<std::size_t> missing) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (!small[i]) continue;
        names.push_back(missing == i ? "the people without a level"
                                     : fmt::format("'{}'", levels[i].name));
    }
    if (names.size() == 1) return names.front();
    auto const last = names.back();
    names.pop_back();
    return fmt::format("{} and {}", fmt::join(names, ", "), last);
}

// \param missing  which of them are the people without a level.
void judge_levels(std::vector<LeftOutLevel>& levels, std::optional<std::size_t> missing,
                  Outcome outcome, std::int64_t limit) {
    std::vector<std::vector<std::int64_t>> counts;
    std::vector<bool> small;
    for (auto const& level : levels) {
        counts.push_back(count_level(level, outcome));
        small.push_back(std::ranges::any_of(
            counts.back(), [&](std::int64_t count) { return is_small(count, limit); }));
    }
    auto const suppressed = suppress_small(counts, limit);
    auto const* const what =
        outcome == Outcome::binary ? "people, cases or controls" : "people, events or others";
    for (std::size_t i = 0; i < levels.size(); ++i) {
        auto& level = levels[i];
        bool const no_controls = outcome == Outcome::binary && level.cases == level.samples;
        bool const no_cases = outcome != Outcome::quantitative && level.cases == 0;
        if (level.samples == 0) {
            level.status = "nobody";
            level.reason = "nobody there has the trait and every covariate";
        } else if (small[i]) {
            level.status = "suppressed";
            level.reason = fmt::format("fewer than {} {}", limit,
                                       outcome == Outcome::quantitative ? "people" : what);
        } else if (suppressed[i]) {
            level.status = "suppressed";
            level.reason = fmt::format(
                "told, its numbers would give those of {} away (together they are what "
                "the others leave of the total)",
                name_small(levels, small, missing));
        } else if (no_controls || no_cases) {
            level.status = "one class";
            level.reason =
                no_cases ? (outcome == Outcome::binary ? "no cases" : "no events") : "no controls";
        }
    }
}

void note_levels(LeaveOneOutPlan const& plan, Log& log) {
    log.note(fmt::format("{} '{}': {} of {} levels are left out and judged{}", option, plan.column,
                         plan.judged, plan.levels.size(),
                         plan.judged == std::ssize(plan.levels) ? "" : "; the others only train:"));
    for (auto const& level : plan.levels) {
        if (level.status != "ok") log.note(fmt::format("  {}: {}", level.name, level.reason));
    }
}

// What can be said of the models before they are fitted.
JudgedScore prospective_score(Outcome outcome) {
    JudgedScore score;
    score.outcome = outcome;
    if (outcome == Outcome::time_to_event) score.baseline = {.times = {0}, .cumulative = {0}};
    return score;
}

}  // namespace

LeaveOneOutPlan plan_leave_one_out(LeaveOneOutRequest const& request, Log& log) {
    auto const& asked = request.evaluation;
    Cohort const cohort{asked.store};
    StoreTables const tables{cohort};
    auto const samples = cohort.samples().size();
    auto const columns = choose_covariates(list_columns(tables), asked.covariates);
    auto const trait = load_trait(asked.trait, columns, tables, samples);
    require_options_of(trait.outcome, asked);
    require_predictions(asked, prospective_score(trait.outcome));
    std::vector<Column> loaded;
    for (auto const& column : columns) loaded.push_back(load_column(tables, column, samples));

    std::vector<SampleIndex> everybody;
    for (SampleIndex s{0}; s.get() < samples; ++s) everybody.push_back(s);
    auto const factor =
        make_factors({option, {request.column}, {}}, cohort, tables, everybody).front();
    require_no_covariate(factor.name, columns);
    auto const complete = find_complete(trait, choose_samples(cohort.samples(), asked.samples, log),
                                        expand_covariates(loaded));

    LeaveOneOutPlan plan{.column = factor.name,
                         .outcome = trait.outcome,
                         .levels = make_levels(factor, trait, complete)};
    judge_levels(plan.levels, factor.missing, plan.outcome, asked.least_people);
    // People of unknown level hide others, but are no level of their own.
    if (factor.missing) plan.levels.pop_back();
    plan.judged = std::ranges::count(plan.levels, "ok", &LeftOutLevel::status);
    note_levels(plan, log);
    if (plan.judged == 0) {
        throw UserError{fmt::format(
            "{} '{}' has no level to judge (each has fewer than {} samples, cases or controls, or "
            "one class alone); choose a coarser column",
            option, plan.column, asked.least_people)};
    }
    // What cannot be fitted is better said before the first fit than after it.
    Log silent{Speaker::silent};
    for (auto const& level : plan.levels) {
        if (level.status == "ok") FitPlan{fit_without(request, level, "planned"), silent};
    }
    return plan;
}

FitRequest fit_without(LeaveOneOutRequest const& request, LeftOutLevel const& level,
                       std::string name) {
    auto fit = request.fit;
    fit.name = std::move(name);
    fit.home = request.evaluation.run;
    fit.run.clear();
    fit.samples.among = level.people;
    fit.samples.among.flip();
    fit.existing = ExistingFile::replace;
    fit.checkpoint = DoneCheckpoint::keep;
    return fit;
}

}  // namespace maniple
