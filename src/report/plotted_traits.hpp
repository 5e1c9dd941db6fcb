/// \file  What plots of a scan show, read from its files. Private to report.
#pragma once

#include <vector>

#include "maniple/report/genome_axis.hpp"
#include "maniple/report/scan_survey.hpp"
#include "page_detail.hpp"
#include "qq_figure.hpp"
#include "reported_trait.hpp"
#include "scan_run.hpp"

namespace maniple {

/// The traits of a page that have plots.
struct PlottedTraits {
    ScanSurvey survey;
    GenomeAxis axis;
    std::vector<ReportedTrait> traits;  ///< In the order of the run; those with the most hits.
    std::vector<QqParts> qq;            ///< Of each.
    PageDetail detail;                  ///< Of what the traits hold.
};

/// Two passes over results.h5, its hits, and genotypes around leads where a store is there. None of
/// a scan without variants.
/// \throws CorruptInput, EnvironmentError; StoreLost.
PlottedTraits read_plotted_traits(ScanRun& run);

/// Keep what this detail has of loci, hits and points. \pre it is no finer than that before
void show_with(PageDetail const& detail, PlottedTraits& plotted);

}  // namespace maniple
