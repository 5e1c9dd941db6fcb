/// \file  What plots of a scan need to know of all its variants, in two passes over results.h5.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "maniple/report/frequency_class.hpp"
#include "maniple/report/genome_axis.hpp"
#include "maniple/report/locus.hpp"
#include "maniple/report/p_value_ranks.hpp"
#include "maniple/report/point_thinner.hpp"
#include "maniple/stats/inflation_counter.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// Consecutive rows of one contig, and where they are.
struct RowStretch {
    Range<GlobalVariantIndex> rows;
    std::int32_t contig = 0;  ///< In ResultHeader::contigs.
    std::int32_t first = 0;   ///< Lowest position.
    std::int32_t last = 0;    ///< Highest.
};

/// P-values of one trait.
struct TraitSurvey {
    std::array<PValueRanks, frequency_classes> ranks;
    std::array<InflationCounter, frequency_classes> inflation;
    float largest = 0;              ///< Finite -log10 p.
    std::int64_t hits = 0;          ///< p <= 5e-8.
    std::int64_t most_samples = 0;  ///< In a regression.

    PValueRanks all_ranks() const;
    InflationCounter all_inflation() const;
};

struct ScanSurvey {
    std::vector<std::int32_t> contig_lengths;  ///< Highest position, by ResultHeader::contigs.
    std::vector<RowStretch> stretches;         ///< All rows, in order.
    std::vector<TraitSurvey> traits;
};

/// \throws CorruptInput where a value is negative.
void require_probabilities(std::span<float const> neg_log10_p);

/// The most samples of a variant that was tested: whose p is a number. \pre equal sizes
std::int64_t most_samples(std::span<std::int32_t const> samples,
                          std::span<float const> neg_log10_p);

/// The first pass. Memory: 0.5 MB a trait, and 40 bytes for 4,096 variants.
/// \throws CorruptInput.
ScanSurvey survey_scan(ResultReader const& results, std::span<TraitIndex const> traits);

/// What a plot shows of one trait.
struct TraitPoints {
    std::vector<GenomePoint> background;  ///< Of variants that are no hits, thinned.
    std::vector<Hit> hits;                ///< In the order of rows; those that fit the memory.
    std::vector<GenomePoint> weak_hits;   ///< Of the others, thinned. Usually none.
    float hits_from = 0;                  ///< Weak ones are below: -log10 p.
    /// Ten of those that are no hits, strongest first, of equal ones the first in results.h5.
    std::vector<Hit> strongest;
};

/// The second pass. \param most_hits  of all traits, to bound the memory (24 bytes each): the
/// strongest. \param grid  of the background, up to 5e-8; weak hits have as many cells.
/// \pre traits and survey are those of the first pass
std::vector<TraitPoints> collect_points(ResultReader const& results,
                                        std::span<TraitIndex const> traits,
                                        ScanSurvey const& survey, GenomeAxis const& axis,
                                        PlotGrid const& grid, std::int64_t most_hits);

/// The top of a trait's plot: room above its largest value, and the line of 5e-8 inside.
double top_of_plot(TraitSurvey const& trait);

/// Rows whose variants lie within `distance` of a place, ascending. \throws CorruptInput.
std::vector<std::int64_t> rows_near(ResultReader const& results, ScanSurvey const& survey,
                                    GenomePlace const& place, std::int64_t distance);

}  // namespace maniple
