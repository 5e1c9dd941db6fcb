#include "evaluation_reading.hpp"

#include <fmt/format.h>

#include "maniple/core/readable.hpp"
#include "reading_parts.hpp"

namespace maniple {
namespace {

std::string pairs_text(EvaluationRow const& row, Outcome outcome) {
    auto const who =
        outcome == Outcome::binary
            ? "Of a case and a control drawn at random, the case has the higher score"
            : "Of two people of whom it is known who had the event first, that one has "
              "the higher score";
    return fmt::format("{} in {} of pairs.", who,
                       percent_with_interval(row.estimate, row.lower, row.upper));
}

ReportFinding read_pairs(EvaluationRow const& row, Outcome outcome) {
    auto const pairs = pairs_text(row, outcome);
    if (row.lower > 0.5) return say(fmt::format("{} A useless score would have 50%.", pairs));
    if (row.upper < 0.5) {
        return warn(
            fmt::format("{} That is less often than a coin: the score ranks these people "
                        "the wrong way round.",
                        pairs));
    }
    return warn(
        fmt::format("{} The interval holds 50%, what a useless score has: these people do "
                    "not show that the score tells anything.",
                    pairs));
}

ReportFinding read_explained(EvaluationFile const& file, EvaluationRow const& row) {
    auto const share =
        fmt::format("The score explains {} of the variance of the trait among these people.",
                    percent_with_interval(row.estimate, row.lower, row.upper));
    if (has_effect(file, 1)) return say(share);
    if (has_effect(file, -1)) {
        return warn(share +
                    " But higher scores go with lower values: it points the wrong way round.");
    }
    return warn(share +
                " R² is never below 0, and the effect per standard deviation may be none: "
                "these people do not show that the score tells anything.");
}

std::string covariates_text(EvaluationFile const& file) {
    return fmt::format("{}", fmt::join(file.covariates, ", "));
}

}  // namespace

std::vector<ReportFinding> read_people(EvaluationFile const& file) {
    if (!file.left_out.empty()) return {};
    std::vector<ReportFinding> findings;
    auto const* row = find_row(file, {.metric = main_metric(file.outcome)});
    bool const counts = row != nullptr && row->cases >= 0;
    findings.push_back(say(fmt::format(
        "Score '{}' was judged on {}{}.", file.score,
        fmt::format("{} people", grouped(file.evaluated)),
        counts ? fmt::format(", {} of them {}", grouped(row->cases),
                             file.outcome == Outcome::binary ? "cases" : "with the event")
               : "")));
    if (!file.training_is_known) {
        findings.push_back(warn(
            "It is not known whether these people trained the score. If they did, every number "
            "here is too good."));
    }
    if (row != nullptr && is_few(*row, file.outcome)) {
        findings.push_back(
            warn(fmt::format("These are few people{}: the intervals say how little is known.",
                             counts ? fmt::format(" or {}", noun_of_cases(file.outcome)) : "")));
    }
    return findings;
}

std::vector<ReportFinding> read_accuracy(EvaluationFile const& file) {
    if (!file.left_out.empty()) return {};
    auto const* row = find_row(file, {.metric = main_metric(file.outcome)});
    if (!has_interval(row)) {
        return {
            warn(fmt::format("There is no {} with an interval ({}), so that nothing can be said "
                             "of the score's accuracy.",
                             metric_label(main_metric(file.outcome)),
                             row == nullptr ? "no such line" : row->status))};
    }
    if (file.outcome == Outcome::quantitative) return {read_explained(file, *row)};
    return {read_pairs(*row, file.outcome)};
}

std::vector<ReportFinding> read_increment(EvaluationFile const& file) {
    if (file.covariates.empty()) {
        return {warn(
            "The score was judged alone. What it adds to age, sex and other things that are known "
            "anyway was not asked (--covariate).")};
    }
    auto const* row = find_whole(file, fmt::format("{}_incremental", main_metric(file.outcome)));
    if (!has_interval(row)) return {};
    auto const gain =
        fmt::format("{}eside {}, the score adds {} of {}",
                    file.left_out.empty() ? "B" : "Pooled over levels, b", covariates_text(file),
                    with_interval(row->estimate, row->lower, row->upper),
                    metric_label(main_metric(file.outcome)));
    if (row->upper < 0) {
        return {warn(fmt::format("{}: with it, people are told apart worse.", gain))};
    }
    // Refitted on the same people, a gain of nothing looks like a little.
    if (row->lower > 0 && has_effect(file, 1)) return {say(gain + ".")};
    if (row->lower > 0 && has_effect(file, -1)) {
        return {warn(gain +
                     ", but it points the wrong way round: the gain is that of a model fitted to "
                     "these people, in which higher scores go with less.")};
    }
    return {warn(fmt::format("{}. These people do not show that it adds anything.", gain))};
}

std::vector<ReportFinding> read_other_deaths(EvaluationFile const& file) {
    bool const tells_shares = !file.curves.incidence.empty() || file.horizon;
    if (file.outcome != Outcome::time_to_event || !tells_shares) return {};
    return {warn(
        "Risks and shares with the event are told as if nobody died of anything else, unless that "
        "is part of the event: such deaths count as the end of follow-up. Where they are many, as "
        "in old age, fewer people have the event than is said here.")};
}

std::vector<ReportFinding> read_evaluation_aloud(EvaluationFile const& file) {
    std::vector<ReportFinding> all;
    for (auto const read : {read_people, read_accuracy, read_left_out, read_increment,
                            read_calibration, read_other_deaths, read_groups}) {
        auto const some = read(file);
        all.insert(all.end(), some.begin(), some.end());
    }
    all.push_back(warn(
        "All this is about the people evaluated. With other ancestries, ages, countries or ways of "
        "choosing people it may be otherwise. Intervals contain chance, not bias."));
    all.push_back(warn(
        "A score is no diagnosis, and explains nothing. Whether it is of use depends on what would "
        "be done with it."));
    return all;
}

}  // namespace maniple
