/// \file  What a scan's page tells of one trait. Private to report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "maniple/report/locus.hpp"
#include "maniple/report/scan_survey.hpp"
#include "maniple/report/variant_result.hpp"

namespace maniple {

/// A finding, and what is known of its lead.
struct LocusRow {
    Locus locus;
    VariantResult lead;
    std::string region = {};  ///< ID of its regional data in the page; empty: none.
};

struct ReportedTrait {
    std::string name;
    std::string id;  ///< In the page: "trait-1", ...
    TraitIndex index{0};
    TraitSurvey survey;
    TraitPoints points;
    std::int64_t all_loci = 0;             ///< So many there are.
    std::vector<LocusRow> loci;            ///< Those of them on the page, strongest first.
    std::vector<VariantResult> strongest;  ///< Where none is a hit: of points.strongest.
    // As detailed as the page has room for:
    std::vector<GenomePoint> background;  ///< Of points.background.
    std::vector<VariantResult> hits;      ///< With details, in the order of rows.
    std::vector<GenomePoint> other_hits;  ///< Drawn without.
};

}  // namespace maniple
