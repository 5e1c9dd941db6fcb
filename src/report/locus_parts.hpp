/// \file  Tables and regional data of loci. Private to report.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "maniple/report/variant_result.hpp"
#include "reported_trait.hpp"

namespace maniple {

/// Keep the `most` strongest loci of all traits; of equal ones those of the first trait.
void keep_strongest_loci(std::span<ReportedTrait> traits, std::int64_t most);

/// A trait's loci, strongest first; rows with regional data open it.
/// \param contigs  names, as in results.h5. \param most_rows  of the table.
std::string locus_table(ReportedTrait const& trait, std::vector<std::string> const& contigs,
                        std::int64_t most_rows);

/// Of a trait without hits. \param contigs  names, as in results.h5.
std::string strongest_table(ReportedTrait const& trait, std::vector<std::string> const& contigs);

/// r^2 of variants to a lead; NaN where unknown; empty where none is known.
using LinkageOfVariants = std::function<std::vector<double>(
    std::string const& contig, Variant const& lead, std::span<Variant const> others)>;

/// Regional data: the variants around a lead that were tested; of many the strongest and the lead.
/// \param linkage  empty: unknown. \param most_bytes  that they take in the page, about.
std::string region_json(LocusRow const& locus, std::vector<VariantResult> variants,
                        std::vector<std::string> const& contigs, LinkageOfVariants const& linkage,
                        std::int64_t most_bytes);

}  // namespace maniple
