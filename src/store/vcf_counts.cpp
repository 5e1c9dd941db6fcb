#include "vcf_counts.hpp"

#include <utility>

#include <fmt/format.h>

namespace maniple {

std::vector<std::string> describe(VcfCounts const& counts) {
    std::vector<std::string> remarks;
    auto const remark = [&](std::int64_t count, std::string text) {
        if (count > 0) remarks.push_back(std::move(text));
    };
    remark(counts.split_records,
           fmt::format("{} multi-allelic records became {} variants, one for each ALT",
                       counts.split_records, counts.split_variants));
    remark(counts.placeholders,
           fmt::format("{} alleles '*', '<*>' or '<NON_REF>' became no variant of their own",
                       counts.placeholders));
    remark(counts.monomorphic,
           fmt::format("{} records have no ALT; kept with ALT '.'", counts.monomorphic));
    remark(counts.unplaced, fmt::format("{} records have position 0 (before the first base, or no "
                                        "number); kept as they are",
                                        counts.unplaced));
    remark(counts.half_missing, fmt::format("{} genotypes with one missing allele count as missing",
                                            counts.half_missing));
    remark(counts.haploid,
           fmt::format("{} haploid genotypes count as homozygous (0 or 2)", counts.haploid));
    remark(counts.without_genotypes,
           fmt::format("{} records without GT were skipped", counts.without_genotypes));
    return remarks;
}

}  // namespace maniple
