/// \file  The QQ plot of a trait. Private to report.
#pragma once

#include <string>

#include "reported_trait.hpp"

namespace maniple {

/// Figure, table of lambda GC by frequency class, and data for the script.
struct QqParts {
    std::string figure;
    std::string table;
    std::string json;
};

/// Of classes with fewer than 100 variants nothing is drawn. Empty without any p-value.
QqParts qq_parts(ReportedTrait const& trait);

}  // namespace maniple
