#include "maniple/report/scan_survey.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

// Calls visit(range) for pieces of all rows: whole row chunks, a few thousand rows each.
template <class Visit>
void for_each_piece(ResultReader const& results, Visit const& visit) {
    constexpr std::int64_t wanted_rows = 4096;
    auto const chunk = results.chunk_rows();
    auto const step = std::max<std::int64_t>(1, wanted_rows / chunk) * chunk;
    auto const variants = results.header().variants;
    for (std::int64_t row = 0; row < variants; row += step) {
        visit(Range<GlobalVariantIndex>{GlobalVariantIndex{row},
                                        GlobalVariantIndex{std::min(variants, row + step)}});
    }
}

void add_places(Range<GlobalVariantIndex> rows, ResultPlaces const& places, ScanSurvey& survey) {
    auto row = rows.first;
    for (std::size_t i = 0; i < places.contig.size(); ++i, ++row) {
        auto const contig = places.contig[i];
        auto const position = places.position[i];
        auto& length = survey.contig_lengths[static_cast<std::size_t>(contig)];
        length = std::max({length, position, 1});  // Unplaced variants are at 0.
        if (i == 0 || survey.stretches.back().contig != contig) {
            survey.stretches.push_back({{row, row}, contig, position, position});
        }
        auto& stretch = survey.stretches.back();
        stretch.rows.last = row + 1;
        stretch.first = std::min(stretch.first, position);
        stretch.last = std::max(stretch.last, position);
    }
}

void add_values(std::span<float const> neg_log10_p, std::span<float const> frequency,
                std::array<std::vector<float>, frequency_classes>& sorted, TraitSurvey& survey) {
    require_probabilities(neg_log10_p);
    for (auto& values : sorted) values.clear();
    for (std::size_t i = 0; i < neg_log10_p.size(); ++i) {
        auto const value = neg_log10_p[i];
        if (std::isnan(value)) continue;
        sorted[frequency_class(static_cast<double>(frequency[i]))].push_back(value);
        if (std::isfinite(value)) survey.largest = std::max(survey.largest, value);
        if (value >= hit_neg_log10_p) ++survey.hits;
    }
    for (std::size_t c = 0; c < frequency_classes; ++c) {
        survey.ranks[c].add(sorted[c]);
        survey.inflation[c].add(sorted[c]);
    }
}

// Of more hits than that, the strongest of all traits.
float first_hit(ScanSurvey const& survey, std::int64_t most) {
    std::int64_t hits = 0;
    PValueRanks all;
    for (auto const& trait : survey.traits) {
        hits += trait.hits;
        all.merge(trait.all_ranks());
    }
    if (hits <= most) return hit_neg_log10_p;
    return std::max(hit_neg_log10_p, static_cast<float>(all.border_with_at_most(most)));
}

/// What collect_points makes of one trait.
class PointCollector {
public:
    PointCollector(GenomeAxis const& axis, PlotGrid const& grid, TraitSurvey const& survey,
                   float hits_from)
        : points_{.background = {},
                  .hits = {},
                  .weak_hits = {},
                  .hits_from = hits_from,
                  .strongest = {}},
          background_{axis, grid} {
        if (hits_from > hit_neg_log10_p) {
            weak_hits_.emplace(axis, PlotGrid{grid.columns, grid.rows, top_of_plot(survey)});
        }
    }

    void add(std::int64_t row, GenomePlace const& place, float value) {
        if (value >= points_.hits_from) {
            points_.hits.push_back({.row = row, .place = place, .neg_log10_p = value});
        } else if (value >= hit_neg_log10_p) {
            weak_hits_->add(place, value);
        } else {
            background_.add(place, value);
            keep_strongest({.row = row, .place = place, .neg_log10_p = value});
        }
    }

    TraitPoints finish() && {
        points_.background = background_.points();
        if (weak_hits_) points_.weak_hits = weak_hits_->points();
        return std::move(points_);
    }

private:
    // Rows come in their order.
    void keep_strongest(Hit const& one) {
        constexpr std::size_t most = 10;
        auto& kept = points_.strongest;
        if (kept.size() == most && one.neg_log10_p <= kept.back().neg_log10_p) return;
        kept.insert(
            std::ranges::upper_bound(kept, one.neg_log10_p, std::greater{}, &Hit::neg_log10_p),
            one);
        if (kept.size() > most) kept.pop_back();
    }

    TraitPoints points_;
    PointThinner background_;
    std::optional<PointThinner> weak_hits_;
};

}  // namespace

// Checksums hold for what a fault wrote, too.
void require_probabilities(std::span<float const> neg_log10_p) {
    if (std::ranges::none_of(neg_log10_p, [](float value) { return value < 0; })) return;
    throw CorruptInput{
        "results.h5 has a negative -log10 p (probabilities are at most 1); bring back a copy, or "
        "run again"};
}

std::int64_t most_samples(std::span<std::int32_t const> samples,
                          std::span<float const> neg_log10_p) {
    expect(samples.size() == neg_log10_p.size(), "each variant has both");

    std::int64_t most = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (!std::isnan(neg_log10_p[i])) most = std::max<std::int64_t>(most, samples[i]);
    }
    return most;
}

PValueRanks TraitSurvey::all_ranks() const {
    PValueRanks all;
    for (auto const& part : ranks) all.merge(part);
    return all;
}

InflationCounter TraitSurvey::all_inflation() const {
    InflationCounter all;
    for (auto const& part : inflation) all.merge(part);
    return all;
}

ScanSurvey survey_scan(ResultReader const& results, std::span<TraitIndex const> traits) {
    ScanSurvey survey{.contig_lengths = std::vector<std::int32_t>(results.header().contigs.size()),
                      .stretches = {},
                      .traits = std::vector<TraitSurvey>(traits.size())};
    std::array<std::vector<float>, frequency_classes> sorted;
    for_each_piece(results, [&](Range<GlobalVariantIndex> rows) {
        add_places(rows, results.places(rows), survey);
        for (std::size_t t = 0; t < traits.size(); ++t) {
            auto const p = results.read<float>(ResultColumn::neg_log10_p, traits[t], rows);
            auto const samples = results.read<std::int32_t>(ResultColumn::samples, traits[t], rows);
            auto& trait = survey.traits[t];
            trait.most_samples = std::max(trait.most_samples, most_samples(samples, p));
            add_values(p,
                       results.read<float>(ResultColumn::effect_allele_frequency, traits[t], rows),
                       sorted, trait);
        }
    });
    return survey;
}

double top_of_plot(TraitSurvey const& trait) {
    constexpr double room = 1.05;
    return std::max(static_cast<double>(trait.largest), static_cast<double>(hit_neg_log10_p)) *
           room;
}

std::vector<TraitPoints> collect_points(ResultReader const& results,
                                        std::span<TraitIndex const> traits,
                                        ScanSurvey const& survey, GenomeAxis const& axis,
                                        PlotGrid const& grid, std::int64_t most_hits) {
    expect(traits.size() == survey.traits.size(), "the survey is of these traits");

    auto const hits_from = first_hit(survey, most_hits);
    std::vector<PointCollector> collectors;
    for (auto const& trait : survey.traits) collectors.emplace_back(axis, grid, trait, hits_from);
    for_each_piece(results, [&](Range<GlobalVariantIndex> rows) {
        auto const places = results.places(rows);
        for (std::size_t t = 0; t < traits.size(); ++t) {
            auto const values = results.read<float>(ResultColumn::neg_log10_p, traits[t], rows);
            for (std::size_t i = 0; i < values.size(); ++i) {
                if (std::isnan(values[i])) continue;
                collectors[t].add(rows.first.get() + static_cast<std::int64_t>(i),
                                  {places.contig[i], places.position[i]}, values[i]);
            }
        }
    });
    std::vector<TraitPoints> all;
    for (auto& collector : collectors) all.push_back(std::move(collector).finish());
    return all;
}

std::vector<std::int64_t> rows_near(ResultReader const& results, ScanSurvey const& survey,
                                    GenomePlace const& place, std::int64_t distance) {
    auto const least = place.position - distance;
    auto const most = place.position + distance;
    std::vector<std::int64_t> rows;
    for (auto const& stretch : survey.stretches) {
        if (stretch.contig != place.contig || stretch.last < least || stretch.first > most) {
            continue;
        }
        auto const places = results.places(stretch.rows);
        for (std::size_t i = 0; i < places.position.size(); ++i) {
            if (places.position[i] < least || places.position[i] > most) continue;
            rows.push_back(stretch.rows.first.get() + static_cast<std::int64_t>(i));
        }
    }
    return rows;
}

}  // namespace maniple
