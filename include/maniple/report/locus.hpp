/// \file  From significant variants to findings.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "maniple/report/genome_axis.hpp"
#include "maniple/report/write_report.hpp"
#include "maniple/run/scan_tally.hpp"

namespace maniple {

/// A variant with p <= 5e-8.
struct Hit {
    std::int64_t row = 0;  ///< In results.h5.
    GenomePlace place;
    float neg_log10_p = 0;
};

/// How hits were told to belong to a lead.
enum class LocusBasis { distance, linkage };

/// A lead variant and the hits that belong to it.
struct Locus {
    Hit lead;
    std::int64_t hits = 1;   ///< The lead among them.
    std::int32_t first = 0;  ///< Position of the outermost hits.
    std::int32_t last = 0;
    LocusBasis basis = LocusBasis::distance;
};

/// r^2 of each of `others` to the lead; NaN where it is not known. Empty: none of them is known,
/// and the locus is one by distance.
using LinkageToLead =
    std::function<std::vector<double>(Hit const& lead, std::span<Hit const> others)>;

/// Greedy clumping: the strongest hit that belongs to no locus yet leads the next one. To it belong
/// all other such hits of its contig within rule.distance, and where linkage is known, of these
/// alone those with r^2 >= rule.clump_r_squared or an unknown r^2. Strongest lead first; among
/// equals the first in results.h5.
/// \param linkage  empty: by distance alone.
/// Source: S. Purcell et al., PLINK (2007), clumping with p1 = p2.
std::vector<Locus> find_loci(std::vector<Hit> hits, LocusRule const& rule,
                             LinkageToLead const& linkage = {});

}  // namespace maniple
