/// \file  What a reader of VCF files counts on its way. Private to this module.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace maniple {

struct VcfCounts {
    std::int64_t records = 0;
    std::int64_t variants = 0;
    std::int64_t split_records = 0;
    std::int64_t split_variants = 0;
    std::int64_t without_genotypes = 0;
    std::int64_t placeholders = 0;
    std::int64_t monomorphic = 0;
    std::int64_t unplaced = 0;
    std::int64_t haploid = 0;
    std::int64_t half_missing = 0;
};

inline constexpr std::array all_vcf_counts{
    &VcfCounts::records,        &VcfCounts::variants,          &VcfCounts::split_records,
    &VcfCounts::split_variants, &VcfCounts::without_genotypes, &VcfCounts::placeholders,
    &VcfCounts::monomorphic,    &VcfCounts::unplaced,          &VcfCounts::haploid,
    &VcfCounts::half_missing};

/// What a person should know of them, as GenotypeSource::remarks.
std::vector<std::string> describe(VcfCounts const& counts);

}  // namespace maniple
