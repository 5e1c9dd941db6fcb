#include "maniple/model/test_status.hpp"

#include <array>

namespace maniple {

std::span<std::string_view const> test_status_names() {
    static constexpr std::array<std::string_view, 15> names{
        "ok",
        "filtered_maf",
        "filtered_mac",
        "filtered_missing",
        "filtered_hwe",
        "no_genotypes",
        "constant_genotype",
        "too_few_samples",
        "collinear_genotype",
        "collinear_covariates",
        "constant_trait",
        "perfect_fit",
        "too_few_carriers",
        "not_converged",
        "separated",
    };
    return names;
}

}  // namespace maniple
