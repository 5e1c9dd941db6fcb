#include "maniple/model/variant_filter.hpp"

#include <algorithm>

#include "maniple/stats/hardy_weinberg.hpp"

namespace maniple {

TestStatus apply_filter(VariantFilter const& filter, GenotypeCounts const& counts) {
    auto const called = counts.called();
    if (called > 0) {
        auto const alternate = counts.alternate_alleles();
        auto const minor = static_cast<double>(std::min(alternate, 2 * called - alternate));
        if (minor < filter.min_maf * 2 * static_cast<double>(called)) {
            return TestStatus::filtered_maf;
        }
        if (minor < filter.min_mac) return TestStatus::filtered_mac;
    }
    if (static_cast<double>(counts.missing) >
        filter.max_missing * static_cast<double>(called + counts.missing)) {
        return TestStatus::filtered_missing;
    }
    if (filter.min_hwe_p > 0 && called > 0 &&
        hardy_weinberg_p({.homozygous_reference = counts.reference,
                          .heterozygous = counts.heterozygous,
                          .homozygous_alternate = counts.alternate}) < filter.min_hwe_p) {
        return TestStatus::filtered_hwe;
    }
    return TestStatus::ok;
}

}  // namespace maniple
