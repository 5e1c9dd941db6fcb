/// \file  GT of one BCF record to packed genotypes; private to vcf_reader.
#pragma once

#include <htslib/vcf.h>

#include <cstdint>
#include <span>

namespace maniple {

/// What one record's genotypes held besides plain diploid calls.
struct CallCounts {
    std::int64_t haploid = 0;
    std::int64_t half_missing = 0;
    bool polyploid = false;       ///< Some sample has more than two alleles.
    bool unknown_allele = false;  ///< Some allele number is above the record's alleles.
};

/// \pre  format is unpacked and holds the GT of `samples` samples.
CallCounts count_genotypes(bcf_fmt_t const& format, std::int64_t samples, int alleles);

/// Copies of allele number `allele` per sample, two bits each, 3 = missing.
/// \pre  row has a word for every 32 samples; the record is not polyploid.
void pack_genotypes(bcf_fmt_t const& format, std::int64_t samples, int allele,
                    std::span<std::uint64_t> row);

}  // namespace maniple
