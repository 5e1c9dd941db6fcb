#include "evaluation_reading.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluation_words.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/core/readable.hpp"

namespace maniple {
namespace {

// Where fewer, intervals are wide, and bootstrap and normal approximations rough.
constexpr std::int64_t few_people = 100;
constexpr std::int64_t few_cases = 50;

// People without the event are not what times to events lack: their times count.
bool is_few(EvaluationRow const& row, Outcome outcome) {
    if (row.samples < 0) return false;
    bool const counts_cases = row.cases >= 0;
    auto const fewer = outcome == Outcome::time_to_event
                           ? row.cases
                           : std::min(row.cases, row.samples - row.cases);
    return row.samples < few_people || (counts_cases && fewer < few_cases);
}

// Does the interval of the effect per SD leave only one direction?
bool has_effect(EvaluationFile const& file, double direction) {
    auto const* row = find_row(file, {.metric = effect_metric_of(file.outcome)});
    if (!has_interval(row)) return false;
    auto const none = file.outcome == Outcome::quantitative ? 0.0 : 1.0;
    return direction > 0 ? row->lower > none : row->upper < none;
}

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

ReportFinding read_pooled(EvaluationFile const& file, EvaluationRow const& mean) {
    auto const text = fmt::format("Pooled over {}, {} is {}.", mean.part, metric_label(mean.metric),
                                  with_interval(mean.estimate, mean.lower, mean.upper));
    auto const useless = useless_value(file.outcome);
    if (file.outcome == Outcome::quantitative) {
        auto const* effect = find_row(file, {.kind = RowKind::pooled,
                                             .metric = effect_metric_of(file.outcome),
                                             .factor = file.left_out});
        if (has_interval(effect) && effect->lower > 0) return say(text);
        if (has_interval(effect) && effect->upper < 0) {
            return warn(text +
                        " But higher scores go with lower values: it points the wrong way "
                        "round.");
        }
        return warn(text +
                    " R² is never below 0, and the pooled effect per standard deviation may be "
                    "none: that may be what a useless score has.");
    }
    if (mean.lower > useless) return say(text);
    if (mean.upper < useless) {
        return warn(text + " A useless score has 0.5: this one ranks people the wrong way round.");
    }
    return warn(text + " That may be what a useless score has.");
}

std::string covariates_text(EvaluationFile const& file) {
    return fmt::format("{}", fmt::join(file.covariates, ", "));
}

double corrected_threshold(std::size_t comparisons) {
    constexpr double surprising = 0.05;
    return -portable_log(surprising / static_cast<double>(std::max<std::size_t>(comparisons, 1))) /
           portable_log(10);
}

std::vector<EvaluationRow const*> told_groups(EvaluationFile const& file,
                                              std::string const& factor) {
    auto rows = find_rows(file, {.metric = main_metric(file.outcome), .factor = factor});
    std::erase_if(rows, [](auto const* row) { return !has_interval(row); });
    return rows;
}

ReportFinding read_difference(EvaluationFile const& file, std::string const& factor,
                              std::size_t factors) {
    auto const metric = metric_label(main_metric(file.outcome));
    auto const rows = told_groups(file, factor);
    auto const* q =
        find_row(file, {.kind = RowKind::heterogeneity,
                        .metric = fmt::format("{}_heterogeneity_q", main_metric(file.outcome)),
                        .factor = factor});
    bool const is_tested = q != nullptr && std::isfinite(q->neg_log10_p);
    if (rows.size() < 2 || !is_tested) {
        return warn(
            fmt::format("By {}: fewer than two groups have numbers, so that nothing can be said of "
                        "differences between them.",
                        factor));
    }
    auto const [lowest, highest] = std::ranges::minmax_element(
        rows, {}, [](EvaluationRow const* row) { return row->estimate; });
    auto const range = fmt::format(
        "from {} in {} to {} in {}",
        with_interval((*lowest)->estimate, (*lowest)->lower, (*lowest)->upper), (*lowest)->group,
        with_interval((*highest)->estimate, (*highest)->lower, (*highest)->upper),
        (*highest)->group);
    if (q->neg_log10_p > corrected_threshold(factors)) {
        return warn(fmt::format(
            "By {}, groups differ in {} by more than chance ({}): {}. One number for everybody "
            "hides that.",
            factor, metric, p_in_words(q->neg_log10_p), range));
    }
    return say(
        fmt::format("By {}, no difference in {} between groups is shown ({}): {}. That does not "
                    "show that there "
                    "is none; the gaps' intervals tell how large it may be.",
                    factor, metric, p_in_words(q->neg_log10_p), range));
}

std::string names_of(std::vector<std::string> const& names) {
    constexpr std::size_t shown = 8;
    std::vector<std::string> some{
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size()))};
    auto const rest = names.size() - some.size();
    return fmt::format("{}{}", fmt::join(some, ", "),
                       rest > 0 ? fmt::format(" and {} more", rest) : "");
}

void read_small_groups(EvaluationFile const& file, std::string const& factor,
                       std::vector<ReportFinding>& findings) {
    std::vector<std::string> hidden;
    std::vector<std::string> few;
    for (auto const* row : find_rows(file, {.metric = "all", .factor = factor})) {
        if (row->status == "suppressed") hidden.push_back(row->group);
    }
    for (auto const* row : told_groups(file, factor)) {
        if (is_few(*row, file.outcome)) few.push_back(row->group);
    }
    if (!hidden.empty()) {
        findings.push_back(warn(fmt::format(
            "By {}, nothing is told of {}: too few people, or others could be worked out from "
            "them. Nobody knows from this page how the score serves them.",
            factor, names_of(hidden))));
    }
    if (!few.empty()) {
        findings.push_back(warn(fmt::format(
            "By {}, fewer than {} people{} stand behind the numbers of {}: read their intervals, "
            "not their estimates.",
            factor, few_people,
            file.outcome == Outcome::quantitative ? ""
            : file.outcome == Outcome::binary
                ? fmt::format(", or fewer than {} cases or controls", few_cases)
                : fmt::format(", or fewer than {} events", few_cases),
            names_of(few))));
    }
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
    if (!file.left_out.empty()) return {};
    if (file.covariates.empty()) {
        return {warn(
            "The score was judged alone. What it adds to age, sex and other things that are known "
            "anyway was not asked (--covariate).")};
    }
    auto const name = fmt::format("{}_incremental", main_metric(file.outcome));
    auto const* row = find_row(file, {.metric = name});
    if (!has_interval(row)) return {};
    auto const gain = fmt::format("Beside {}, the score adds {} of {}", covariates_text(file),
                                  with_interval(row->estimate, row->lower, row->upper),
                                  metric_label(main_metric(file.outcome)));
    if (row->upper < 0) {
        return {warn(fmt::format("{}: with it, people are told apart worse.", gain))};
    }
    // Refitted on the same people, a gain of nothing looks like a little.
    bool const is_sure = row->lower > 0 && has_effect(file, 1);
    if (is_sure) return {say(gain + ".")};
    return {warn(fmt::format("{}. These people do not show that it adds anything.", gain))};
}

std::vector<ReportFinding> read_groups(EvaluationFile const& file) {
    if (!file.left_out.empty()) return {};
    auto const factors = list_factors(file);
    if (factors.empty()) {
        return {warn(
            "People were not divided into groups (--by): whether the score serves women and men, "
            "ages or ancestries alike was not asked.")};
    }
    std::vector<ReportFinding> findings;
    for (auto const& factor : factors) {
        findings.push_back(read_difference(file, factor, factors.size()));
        read_small_groups(file, factor, findings);
    }
    if (factors.size() > 1) {
        findings.push_back(warn(fmt::format(
            "{} columns were compared, and groups within them: some intervals leave out the truth "
            "by chance alone.",
            factors.size())));
    }
    return findings;
}

std::vector<ReportFinding> read_left_out(EvaluationFile const& file) {
    if (file.left_out.empty()) return {};
    auto const metric = main_metric(file.outcome);
    auto const judged = std::ranges::count(file.levels, "ok", &LeftOutResult::status);
    std::vector<ReportFinding> findings{say(fmt::format(
        "{} of {} levels of '{}' were each predicted by a score that was fitted without them.",
        judged, file.levels.size(), file.left_out))};
    auto const* mean =
        find_row(file, {.kind = RowKind::pooled, .metric = metric, .factor = file.left_out});
    if (!has_interval(mean)) {
        findings.push_back(warn("They could not be pooled: look at each level."));
        return findings;
    }
    findings.push_back(read_pooled(file, *mean));
    auto const* next =
        find_row(file, {.kind = RowKind::new_level, .metric = metric, .factor = file.left_out});
    if (has_interval(next)) {
        auto const step = step_of(next->lower, next->upper);
        findings.push_back(
            say(fmt::format("In another level like these it is expected between {} and {} (95%).",
                            short_number(next->lower, step), short_number(next->upper, step))));
    } else {
        findings.push_back(warn("What to expect of another level cannot be told from so few."));
    }
    auto const* q = find_row(file, {.kind = RowKind::heterogeneity,
                                    .metric = fmt::format("{}_heterogeneity_q", metric),
                                    .factor = file.left_out});
    if (q != nullptr && q->neg_log10_p > corrected_threshold(1)) {
        findings.push_back(
            warn(fmt::format("Levels differ by more than chance ({}): the pooled value hides that.",
                             p_in_words(q->neg_log10_p))));
    }
    std::vector<std::string> skipped;
    for (auto const& level : file.levels) {
        if (level.status != "ok") skipped.push_back(level.name);
    }
    if (!skipped.empty()) {
        findings.push_back(warn(fmt::format("Nothing is known of {}.", names_of(skipped))));
    }
    return findings;
}

std::vector<ReportFinding> read_evaluation_aloud(EvaluationFile const& file) {
    std::vector<ReportFinding> all;
    for (auto const read : {read_people, read_accuracy, read_increment, read_calibration,
                            read_groups, read_left_out}) {
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
