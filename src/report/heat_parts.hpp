/// \file  Loci of several traits side by side. Private to report.
#pragma once

#include <string>
#include <vector>

#include "maniple/report/locus.hpp"
#include "reported_trait.hpp"

namespace maniple {

/// Figure, table, and data for the script; empty where fewer than two traits are shown or none has
/// a locus.
struct HeatParts {
    std::string body;
    std::string json;
};

/// The strongest loci of all traits; a lead within rule.distance of a stronger one of another trait
/// is in the same row. Values are those of the stronger lead, for every trait.
HeatParts heat_parts(ResultReader const& results, std::vector<ReportedTrait> const& traits,
                     LocusRule const& rule);

}  // namespace maniple
