#include "manhattan.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/core/readable.hpp"
#include "maniple/report/page_data.hpp"
#include "maniple/report/plot_figure.hpp"
#include "maniple/report/svg_plot.hpp"
#include "number_words.hpp"
#include "svg_text.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

constexpr PlotFrame frame{.width = 1200, .height = 380, .left = 60, .right = 20};

// Everything without details.
std::vector<GenomePoint> plain_points(ReportedTrait const& trait) {
    auto points = trait.background;
    points.insert(points.end(), trait.other_hits.begin(), trait.other_hits.end());
    return points;
}

PlotAxis contig_axis(GenomeAxis const& axis) {
    constexpr std::size_t longest_name = 12;
    PlotAxis plotted{
        .title = "Chromosome", .least = 0, .most = static_cast<double>(axis.length()), .ticks = {}};
    for (auto const& contig : axis.contigs()) {
        auto const first = static_cast<double>(contig.offset);
        plotted.ticks.push_back({first + static_cast<double>(contig.length) / 2,
                                 shortened(contig.name, longest_name), contig.name});
        plotted.borders.push_back(first);
    }
    return plotted;
}

struct Dots {
    std::vector<double> x;
    std::vector<double> y;
};

std::string draw(ReportedTrait const& trait, GenomeAxis const& axis,
                 std::vector<std::string> const& contigs, ManhattanCells cells) {
    constexpr std::size_t most_labels = 15;
    SvgPlot plot{frame, contig_axis(axis), linear_axis("−log10 p", 0, top_of_plot(trait.survey))};
    std::array<Dots, 2> dots;  // Neighbouring contigs differ.
    std::array<Dots, 2> hits;
    auto const add = [&](GenomePlace const& place, double y, std::array<Dots, 2>& all) {
        auto& own = all[static_cast<std::size_t>(axis.order_of(place.contig) % 2)];
        own.x.push_back(static_cast<double>(axis.coordinate(place)));
        own.y.push_back(y);
    };
    for (auto const& point : plain_points(trait)) {
        add(point.place, static_cast<double>(point.y), dots);
    }
    for (auto const& hit : trait.hits) add(hit.place(), hit.neg_log10_p, hits);
    constexpr double hit_pixels = 4;
    for (std::size_t i = 0; i < dots.size(); ++i) {
        auto const colour = i == 0 ? PlotColour::contig_1 : PlotColour::contig_2;
        plot.add_points(dots[i].x, dots[i].y, colour, std::round(cells.pixels() + 1));
        plot.add_points(hits[i].x, hits[i].y, colour, hit_pixels);
    }
    std::array const ends{0.0, static_cast<double>(axis.length())};
    std::array const threshold{static_cast<double>(hit_neg_log10_p),
                               static_cast<double>(hit_neg_log10_p)};
    plot.add_line(ends, threshold, PlotColour::accent, PlotLine::dashed);
    for (std::size_t i = 0; i < std::min(most_labels, trait.loci.size()); ++i) {
        auto const& lead = trait.loci[i].lead;
        plot.add_label(static_cast<double>(axis.coordinate(lead.place())), lead.neg_log10_p,
                       lead.name(contigs));
    }
    return std::move(plot).finish(trait.id + "-manhattan-title",
                                  fmt::format("Manhattan plot of {}", trait.name));
}

// Nothing where every hit has details.
std::string told_hits(ReportedTrait const& trait) {
    auto const told = std::ssize(trait.hits);
    auto const drawn = std::ssize(trait.other_hits);
    auto const covered = trait.survey.hits - told - drawn;
    if (told == trait.survey.hits) return {};
    auto text = fmt::format(
        " {} hits have details (the strongest of all traits, and leads of loci), {} more are drawn",
        grouped(told), grouped(drawn));
    if (covered > 0) {
        text +=
            fmt::format(", and {} fall on the same spots as these weaker ones", grouped(covered));
    }
    return text + "; `maniple export` has all.";
}

std::string loci_in_words(std::int64_t loci) {
    return loci == 1 ? std::string{"1 locus"} : grouped(loci) + " loci";
}

// Loci that genotypes did not tell apart, among others that they did; empty where there are none.
std::string by_distance_in_words(ReportedTrait const& trait) {
    auto const count = std::ranges::count(trait.loci, LocusBasis::distance,
                                          [](LocusRow const& row) { return row.locus.basis; });
    if (count == 0 || count == std::ssize(trait.loci)) return {};
    return fmt::format(" ({} of them by distance alone: no r² was known)", grouped(count));
}

std::string hits_in_words(ReportedTrait const& trait, std::vector<std::string> const& contigs) {
    if (trait.survey.hits == 0) return "No variant reaches p = 5e-8";
    auto text = fmt::format("{} with p ≤ 5e-8 at {}{}", plural(trait.survey.hits, "variant"),
                            loci_in_words(trait.all_loci), by_distance_in_words(trait));
    auto const strongest = std::ranges::max_element(trait.points.hits, {}, &Hit::neg_log10_p);
    if (strongest == trait.points.hits.end()) return text;
    auto const& place = strongest->place;
    auto const name = trait.loci.empty() ? "" : trait.loci.front().lead.name(contigs) + " ";
    return text + fmt::format("; strongest {}at {}:{}, p = {}", name,
                              contigs[static_cast<std::size_t>(place.contig)],
                              grouped(place.position), p_value_text(strongest->neg_log10_p));
}

std::string caption_of(ReportedTrait const& trait, std::vector<std::string> const& contigs,
                       double lambda) {
    auto text = hits_in_words(trait, contigs);
    if (!std::isnan(lambda)) text += fmt::format("; lambda GC {:.3f}", lambda);
    text += fmt::format(
        ". The line is at 5e-8. Of {} variants that are no hits {} are drawn: the others fall on "
        "the same spots.",
        grouped(trait.survey.all_ranks().count() - trait.survey.hits),
        grouped(std::ssize(trait.background)));
    if (auto const left_out = trait.all_loci - std::ssize(trait.loci); left_out > 0) {
        text += fmt::format(
            " {} marked, the strongest of all traits; {} more {} left out here, and their hits "
            "are in results.h5.",
            trait.loci.empty()
                ? std::string{"No locus is"}
                : loci_in_words(std::ssize(trait.loci)) + (trait.loci.size() == 1 ? " is" : " are"),
            grouped(left_out), left_out == 1 ? "is" : "are");
    }
    return text + told_hits(trait);
}

Json points_json(std::vector<GenomePoint> const& points, GenomeAxis const& axis) {
    std::vector<std::int32_t> contig;
    std::vector<std::int32_t> position;
    std::vector<double> y;
    for (auto const& point : points) {
        contig.push_back(axis.order_of(point.place.contig));
        position.push_back(point.place.position);
        y.push_back(static_cast<double>(point.y));
    }
    return {{"contig", contig}, {"position", position}, {"y", rounded(y, 3)}};
}

Json hits_json(std::vector<VariantResult> const& hits, GenomeAxis const& axis) {
    Json all{{"contig", Json::array()},
             {"position", Json::array()},
             {"y", Json::array()},
             {"id", Json::array()},
             {"alleles", Json::array()},
             {"beta", Json::array()},
             {"standard_error", Json::array()},
             {"frequency", Json::array()}};
    for (auto const& hit : hits) {
        all["contig"].push_back(axis.order_of(hit.contig));
        all["position"].push_back(hit.variant.position);
        all["y"].push_back(with_significant_digits(hit.neg_log10_p, 5));
        all["id"].push_back(hit.variant.id);
        all["alleles"].push_back(hit.alleles());
        all["beta"].push_back(with_significant_digits(hit.beta, 4));
        all["standard_error"].push_back(with_significant_digits(hit.standard_error, 3));
        all["frequency"].push_back(with_significant_digits(hit.frequency, 3));
    }
    return all;
}

Json loci_json(ReportedTrait const& trait, GenomeAxis const& axis,
               std::vector<std::string> const& contigs) {
    auto all = Json::array();
    for (auto const& [locus, lead, region] : trait.loci) {
        all.push_back({{"id", lead.name(contigs)},
                       {"contig", axis.order_of(lead.contig)},
                       {"position", lead.variant.position},
                       {"y", with_significant_digits(lead.neg_log10_p, 5)},
                       {"region", region.empty() ? Json{} : Json(region)}});
    }
    return all;
}

}  // namespace

// Every coarser grid has whole cells of the finest, so that its points are among that one's.
PlotGrid ManhattanCells::grid() const {
    constexpr std::int64_t columns = 600;
    constexpr std::int64_t rows = 156;
    return {.columns = columns / width, .rows = rows / width, .most_y = hit_neg_log10_p};
}

double ManhattanCells::pixels() const {
    return (frame.width - frame.left - frame.right) / static_cast<double>(grid().columns);
}

std::string manhattan_figure(ReportedTrait const& trait, GenomeAxis const& axis,
                             std::vector<std::string> const& contigs, double lambda,
                             ManhattanCells cells) {
    return to_html(PlotFigure{.kind = "manhattan",
                              .source = trait.id + "-manhattan",
                              .title = fmt::format("Manhattan plot of {}", trait.name),
                              .svg = draw(trait, axis, contigs, cells),
                              .caption = caption_of(trait, contigs, lambda)});
}

std::string manhattan_json(ReportedTrait const& trait, GenomeAxis const& axis,
                           std::vector<std::string> const& contigs, std::int64_t reach) {
    auto names = Json::array();
    for (auto const& contig : axis.contigs()) {
        names.push_back(
            {{"name", contig.name}, {"offset", contig.offset}, {"length", contig.length}});
    }
    return to_page_json(
        {{"contigs", names},
         {"threshold", with_significant_digits(static_cast<double>(hit_neg_log10_p), 6)},
         {"reach", reach},
         {"points", points_json(plain_points(trait), axis)},
         {"hits", hits_json(trait.hits, axis)},
         {"loci", loci_json(trait, axis, contigs)}});
}

}  // namespace maniple
