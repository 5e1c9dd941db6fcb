#include "maniple/report/person_page.hpp"

#include <cmath>

#include <fmt/format.h>

#include "contributions_plot.hpp"
#include "density_plot.hpp"
#include "evaluation_tables.hpp"
#include "evaluation_words.hpp"
#include "finding_list.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/report/html.hpp"
#include "maniple/report/page.hpp"
#include "maniple/report/page_table.hpp"
#include "person_reading.hpp"

namespace maniple {
namespace {

using Bars = std::vector<std::pair<std::string, double>>;

std::string element(std::string_view tag, std::string_view text) {
    HtmlWriter html;
    html.element(tag, text);
    return std::move(html).finish();
}

std::string label_of(PersonVariant const& variant) {
    if (variant.genes.empty()) return variant.label;
    return fmt::format("{} ({})", variant.label, fmt::join(variant.genes, ", "));
}

std::string variants_table(PersonScore const& score) {
    PageTable table{.caption = fmt::format("Variants that move '{}' most", score.name),
                    .file = "contributions.tsv",
                    .columns = {{"Variant"},
                                {"Place", ColumnKind::position},
                                {"Genes there"},
                                {"Effect allele"},
                                {"Copies", ColumnKind::number},
                                {"Mean copies", ColumnKind::number},
                                {"Weight", ColumnKind::number},
                                {"Contribution", ColumnKind::number}},
                    .rows = {}};
    for (auto const& variant : score.variants) {
        if (std::ssize(table.rows) == most_table_rows) break;
        table.rows.push_back(
            {{variant.label, variant.place, fmt::format("{}", fmt::join(variant.genes, ", ")),
              variant.effect_allele, fmt::format("{}", variant.copies),
              short_cell(variant.mean_copies), short_cell(variant.weight),
              short_cell(variant.contribution)}});
    }
    table.all_rows = std::ssize(score.variants);
    table.others = "see contributions.tsv";
    return to_html(table);
}

std::string genes_table(PersonScore const& score) {
    PageTable table{.caption = fmt::format("Genes whose variants move '{}' most", score.name),
                    .file = "genes.tsv",
                    .columns = {{"Gene"}, {"Contribution", ColumnKind::number}},
                    .rows = {}};
    for (auto const& gene : score.genes) {
        if (std::ssize(table.rows) == most_table_rows) break;
        table.rows.push_back({{gene.name, short_cell(gene.contribution)}});
    }
    table.all_rows = std::ssize(score.genes);
    table.others = "see genes.tsv";
    return to_html(table);
}

std::string sum_facts(PersonScore const& score) {
    auto const step = step_of(0, std::fmax(std::abs(score.listed), std::abs(score.rest)));
    return to_html("How the score adds up", {{"Mean score", short_number(score.mean, step)},
                                             {"Listed variants", short_number(score.listed, step)},
                                             {"All other variants", short_number(score.rest, step)},
                                             {"Score", short_number(score.value, step)}});
}

std::string contributions_of(Page& page, PersonScore const& score, std::size_t number) {
    std::string body = element("h3", "What raises and lowers it");
    Bars variants;
    for (auto const& variant : score.variants) {
        variants.emplace_back(label_of(variant), variant.contribution);
    }
    if (variants.empty()) return body + element("p", "No variant differs from the mean.");
    body += place_plot(page, contributions_plot(fmt::format("contributions-data-{}", number),
                                                "Largest contributions of variants", variants));
    body += element("p",
                    "A contribution is the variant's weight times the copies of the effect allele "
                    "beyond their mean. Variants mark places in the genome: they need not be the "
                    "cause, nor the genes beside them.");
    body += sum_facts(score) + variants_table(score);
    Bars genes;
    for (auto const& gene : score.genes) genes.emplace_back(gene.name, gene.contribution);
    if (genes.empty()) return body;
    body += place_plot(page, contributions_plot(fmt::format("genes-data-{}", number),
                                                "Largest contributions of genes", genes));
    return body + genes_table(score);
}

std::string place_of(Page& page, PersonScore const& score, std::size_t number) {
    std::string body = element("h3", "Place among the people of the store");
    if (score.is_mostly_mean()) {
        return body + element("p", "Too few of this person's genotypes are known.");
    }
    auto const& histogram = score.population.histogram;
    if (!histogram) return body + element("p", "Too few people, or all have one score.");
    DensityMark const mark{
        score.value, fmt::format("this person, {}", short_number(score.value, histogram->step))};
    return body +
           place_plot(page, density_plot(fmt::format("population-data-{}", number),
                                         fmt::format("Score '{}'", score.name), *histogram, mark));
}

std::string limits_section() {
    HtmlWriter html;
    html.open("ul");
    html.element(
        "li",
        "A polygenic score adds up many small differences. It is no diagnosis, and no test "
        "for a single gene: rare variants of large effect are not in it.");
    html.element("li",
                 "It describes people like those it was trained and judged on. With other "
                 "ancestries, ages or countries it may be of less use, or none.");
    html.element("li",
                 "Age, sex, family history and way of life often tell more. A high score is no "
                 "certainty, and a low one no safety.");
    html.element("li",
                 "This page is from a research program, not from a medical device. Whether and how "
                 "to act on it is for the person and those who treat them.");
    html.close();
    return std::move(html).finish();
}

std::string method_section(PersonScore const& score) {
    std::vector<std::pair<std::string, std::string>> facts{
        {"Scores", "model and variants as in maniple score; missing genotypes count their mean"},
        {"Percentile",
         "share of the other people of the store with a lower score, half of the equal ones "
         "in it"},
        {"Own genotypes",
         "share of the sum of weight^2 2f(1 - f) over the score's variants (f: the allele "
         "frequency that missing genotypes count) that variants with a genotype of this person "
         "have"},
        {"Interval of a risk",
         "regression of the outcome on the prediction in the evaluation named (logistic, linear, "
         "or Poisson with the baseline hazard): 95% interval of the mean at this prediction; none "
         "beyond the predictions that people evaluated had (outermost bounds of their "
         "histogram)"}};
    if (score.distance) {
        facts.emplace_back(
            "Distance",
            "(x - m)' inverse(S) (x - m) with mean m and covariance matrix S of the "
            "samples trained or recalibrated on (Mahalanobis 1936); far: beyond the 99th "
            "percentile of theirs");
    }
    return to_html("How it was computed", facts);
}

}  // namespace

std::string person_page(PersonFacts const& facts) {
    Page page{PageKind::person, fmt::format("Scores of {}", facts.id),
              "About one person: keep it as you keep medical records."};
    std::size_t number = 0;
    for (auto const& score : facts.scores) {
        ++number;
        auto body = to_html(read_score_aloud(score));
        body += place_of(page, score, number);
        body += contributions_of(page, score, number);
        page.add_section(fmt::format("score-{}", number),
                         fmt::format("{} ({})", score.name, score.source), std::move(body));
    }
    page.add_section("limits", "What this does not say", limits_section());
    if (!facts.scores.empty()) {
        page.add_section("methods", "Methods", method_section(facts.scores.front()));
    }
    return std::move(page).finish();
}

}  // namespace maniple
