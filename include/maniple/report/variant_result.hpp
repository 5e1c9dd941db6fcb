/// \file  All that results.h5 says of a few variants.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/report/genome_axis.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// One variant and one trait; NaN where there is no number. Effect, standard error and frequency
/// are NaN as well where 1 to 4 copies of an allele may be there: where missing genotypes count as
/// the mean, up to half of the samples may lack theirs.
struct VariantResult {
    std::int64_t row = 0;  ///< In results.h5.
    std::int32_t contig = 0;
    Variant variant;
    double beta = 0;
    double standard_error = 0;
    double neg_log10_p = 0;
    double frequency = 0;  ///< Of the effect allele.

    GenomePlace place() const { return {contig, variant.position}; }
    double z() const { return beta / standard_error; }
    /// "A/G": other allele, effect allele; long ones are cut.
    std::string alleles() const;
    /// The ID, or "1:1234" where it has none.
    std::string name(std::vector<std::string> const& contigs) const;
};

/// \param rows  of results.h5, ascending. Reads the row chunks that they are in.
/// \throws CorruptInput.
std::vector<VariantResult> read_results(ResultReader const& results, TraitIndex trait,
                                        std::span<std::int64_t const> rows);

}  // namespace maniple
