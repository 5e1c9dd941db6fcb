#include "evaluation_page.hpp"

#include <fmt/format.h>

#include "density_plot.hpp"
#include "evaluation_plots.hpp"
#include "evaluation_reading.hpp"
#include "evaluation_tables.hpp"
#include "evaluation_words.hpp"
#include "finding_list.hpp"
#include "forest_plot.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/report/html.hpp"
#include "maniple/report/page.hpp"

namespace maniple {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string paragraph(std::string_view text) {
    HtmlWriter html;
    html.element("p", text);
    return std::move(html).finish();
}

std::string title_of(EvaluationFile const& file) {
    if (file.left_out.empty()) return fmt::format("Score '{}' for '{}'", file.score, file.trait);
    return fmt::format("'{}' predicted where it was not trained, by {}", file.trait, file.left_out);
}

std::string summary_of(EvaluationFile const& file) {
    auto const metric = main_metric(file.outcome);
    auto const* row =
        file.left_out.empty()
            ? find_row(file, {.metric = metric})
            : find_row(file, {.kind = RowKind::pooled, .metric = metric, .factor = file.left_out});
    if (row == nullptr) return "An evaluation of a polygenic score.";
    return fmt::format("{}{}: {}, on {} people.", file.left_out.empty() ? "" : "Pooled ",
                       metric_label(metric), value_of(*row), count_text(row->samples));
}

Facts describe_flow(EvaluationFile const& file) {
    auto const& flow = file.flow;
    return {
        {"In the store", count_text(flow.in_store)},
        {"Asked for", count_text(flow.asked)},
        {"Left out: used in training", flow.trained < 0 ? "not known" : count_text(flow.trained)},
        {"Left out: without the trait", count_text(flow.without_trait)},
        {"Left out: without score or covariate", count_text(flow.without_others)},
        {"Set aside to recalibrate", count_text(flow.recalibrating)},
        {"Evaluated", count_text(file.evaluated)}};
}

Facts describe_score(EvaluationFile const& file) {
    Facts facts{
        {"Score", file.score},
        {"Model", file.model},
        {"Trait", file.trait},
        {"Covariates it is compared with", fmt::format("{}", fmt::join(file.covariates, ", "))}};
    if (file.prediction_covariates) {
        facts.emplace_back("Covariates in predictions",
                           fmt::format("{}", fmt::join(*file.prediction_covariates, ", ")));
    }
    if (file.origin) {
        facts.emplace_back("Made by", file.origin->description.method);
        facts.emplace_back("Variants", grouped(file.origin->variants));
        facts.emplace_back(
            "Trained on",
            file.origin->description.training_samples > 0
                ? fmt::format("{} people", grouped(file.origin->description.training_samples))
                : "not known");
    }
    if (file.recalibration) {
        facts.emplace_back(
            "Recalibrated on",
            fmt::format("{} people: intercept {}, slope {}", grouped(file.recalibration->samples),
                        short_number(file.recalibration->intercept),
                        short_number(file.recalibration->slope)));
    }
    if (file.horizon) facts.emplace_back("Risks by time", given_number(*file.horizon));
    return facts;
}

std::string levels_table(EvaluationFile const& file) {
    PageTable table{
        .caption = fmt::format("Levels of {}, each left out of training", file.left_out),
        .file = "levels.tsv",
        .columns = {{"Level"},
                    {"Status"},
                    {"Why not judged"},
                    {"Trained on", ColumnKind::number},
                    {"Variants", ColumnKind::number}},
        .rows = {}};
    for (auto const& level : file.levels) {
        table.rows.push_back({{level.name, level.status, level.reason,
                               count_text(level.training_samples), count_text(level.variants)}});
    }
    return to_html(table);
}

std::string people_section(EvaluationFile const& file) {
    auto body = file.left_out.empty() ? to_html("Sample flow", describe_flow(file)) +
                                            to_html("What was evaluated", describe_score(file))
                                      : levels_table(file);
    if (file.least_people < 2) {
        return body +
               paragraph("Every count is told, however small (--min-group 1): keep this page.");
    }
    return body + paragraph(fmt::format(
                      "Counts of people evaluated, of cases or of controls below {} are not told, "
                      "nor what would give them away.",
                      file.least_people));
}

std::vector<ForestRow> list_forest(EvaluationFile const& file, std::string_view metric) {
    std::vector<ForestRow> rows;
    auto const add = [&](std::string label, EvaluationRow const* row) {
        if (row != nullptr) rows.push_back({std::move(label), row});
    };
    if (file.left_out.empty()) add("everybody", find_row(file, {.metric = metric}));
    for (auto const& factor : list_factors(file)) {
        for (auto const* row : find_rows(file, {.factor = factor})) {
            if (row->metric == metric || row->metric == "all") {
                add(fmt::format("{} = {}", factor, row->group), row);
            }
        }
    }
    if (file.left_out.empty()) return rows;
    auto const of = [&](RowKind kind) {
        return find_row(file, {.kind = kind, .metric = metric, .factor = file.left_out});
    };
    add("pooled", of(RowKind::pooled));
    add("a new level", of(RowKind::new_level));
    return rows;
}

void add_groups(Page& page, EvaluationFile const& file) {
    auto const groups = groups_table(file);
    if (groups.rows.empty()) {
        page.add_section(
            "groups", "Groups",
            paragraph("No groups were asked for (--by): how the score serves different "
                      "people is not known from this run."));
        return;
    }
    std::string body;
    auto const metric = main_metric(file.outcome);
    auto const rows = list_forest(file, metric);
    if (!rows.empty()) {
        body += place_plot(page, forest_plot("forest-data", metric, file.outcome, rows));
    }
    body += to_html(groups);
    auto const calibration = group_calibration_table(file);
    if (!calibration.rows.empty()) body += to_html(calibration);
    auto const differences = differences_table(file);
    if (!differences.rows.empty()) body += to_html(differences);
    page.add_section("groups", "Groups", body);
}

void add_rates(Page& page, EvaluationFile const& file) {
    auto const rates = rates_table(file);
    if (rates.rows.empty()) return;
    page.add_section(
        "fairness", "Who is called",
        paragraph("A rule calls people whose score or risk is high. The true positive rate is the "
                  "share of cases who are called, the false positive rate that of people without "
                  "the disease. Where rates differ between groups, one rule treats them "
                  "differently.") +
            to_html(rates));
}

// A picture and a table.
std::string place_histogram(Page& page, PeopleHistogram const& histogram) {
    std::string const what{name_of_scale(histogram.scale)};
    return place_plot(page, density_plot("distribution-data", what, histogram)) +
           to_html(histogram_table(histogram));
}

// Of predictions, which the calibration plot has as bars; in a picture of their own where there is
// no such plot.
std::string prediction_histogram(Page& page, EvaluationFile const& file, bool has_plot) {
    auto const& histogram = file.curves.histogram;
    if (!histogram || histogram->scale == HistogramScale::score) return "";
    return has_plot ? to_html(histogram_table(*histogram)) : place_histogram(page, *histogram);
}

void add_calibration(Page& page, EvaluationFile const& file) {
    if (!file.left_out.empty() || !file.prediction_covariates) return;
    auto const plot = calibration_plot(file);
    auto const table = calibration_table(file);
    std::string body;
    if (plot) {
        body += place_plot(page, *plot);
    } else {
        body += paragraph(file.outcome == Outcome::time_to_event && !file.horizon
                              ? "No time was named by which risks are predicted (--horizon)."
                              : "Tenths of the predictions are not told: some hold too few people, "
                                "cases or controls.");
    }
    if (!table.rows.empty()) body += to_html(table);
    body += prediction_histogram(page, file, plot.has_value());
    page.add_section("calibration", "Calibration", body);
}

// Of the score itself, which is not what is calibrated.
void add_distribution(Page& page, EvaluationFile const& file) {
    auto const& histogram = file.curves.histogram;
    bool const is_of_score = histogram && histogram->scale == HistogramScale::score;
    if (!file.left_out.empty() || (file.prediction_covariates && !is_of_score)) return;
    std::string body;
    if (!file.prediction_covariates) {
        body = paragraph(
            "The score ranks people and makes no predictions, so that there is nothing to "
            "calibrate.");
    }
    if (is_of_score) body += place_histogram(page, *histogram);
    page.add_section("distribution", "Distribution of the score", body);
}

void add_quantiles(Page& page, EvaluationFile const& file) {
    if (!file.left_out.empty()) return;
    std::string body;
    if (auto const plot = quantile_plot(file)) {
        body += place_plot(page, *plot) + to_html(outcome_table(file));
    } else {
        body += paragraph(
            "Outcomes by quantile of the score are not told: some hold too few people, cases or "
            "controls.");
    }
    auto const contrasts = contrasts_table(file);
    if (!contrasts.rows.empty()) body += to_html(contrasts);
    page.add_section("quantiles", "Outcome by score", body);
}

void add_incidence(Page& page, EvaluationFile const& file) {
    if (file.curves.incidence.empty()) return;
    std::string body;
    if (auto const plot = incidence_plot(file)) {
        body += place_plot(page, *plot);
    } else {
        body += paragraph("No curve may be told: too few people have the event, or are censored.");
    }
    page.add_section("incidence", "Incidence over time", body + to_html(incidence_table(file)));
}

std::string methods_section(EvaluationFile const& file) {
    return to_html(
        "How it was computed",
        {{"Replicates of the bootstrap", grouped(file.replicates)},
         {"Smallest count told", grouped(file.least_people)},
         {"Columns that divide people", fmt::format("{}", fmt::join(file.by, ", "))},
         {"All numbers", "evaluation.tsv and evaluation.json, in the folder of the run"}});
}

void require_no_scan_options(ReportRequest const& request) {
    if (request.traits.empty() && request.store.empty()) return;
    throw UserError{
        fmt::format("--{} is for reports of scans, and '{}' is an evaluation; leave it out",
                    request.traits.empty() ? "store" : "trait", request.run.string())};
}

}  // namespace

std::string evaluation_page(ReportRequest const& request) {
    require_no_scan_options(request);
    auto const file = read_evaluation(request.run);
    Page page{PageKind::evaluation, title_of(file), summary_of(file)};
    page.add_section("reading", "In plain words", to_html(read_evaluation_aloud(file)));
    page.add_section("people", file.left_out.empty() ? "Who was evaluated" : "Levels",
                     people_section(file));
    page.add_section("metrics", "Main numbers", to_html(metrics_table(file)));
    add_groups(page, file);
    add_rates(page, file);
    add_calibration(page, file);
    add_distribution(page, file);
    add_quantiles(page, file);
    add_incidence(page, file);
    page.add_section(
        "reporting", "Reporting standard",
        paragraph(
            "What the Polygenic Risk Score Reporting Standards (Wand et al. 2021, Nature 591) "
            "ask for, as far as this run knows it.") +
            to_html(reporting_table(file)));
    page.add_section("methods", "Methods", methods_section(file));
    return std::move(page).finish();
}

}  // namespace maniple
