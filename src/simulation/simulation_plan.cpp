#include "maniple/simulation/simulation_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/simulation/contig_map.hpp"

namespace maniple {
namespace {

constexpr std::int64_t largest_count = 1'000'000'000;
constexpr std::int64_t most_columns = 10'000;
constexpr std::int64_t samples_for_rare = 500;

// Written so that NaN fails too.
template <class T>
void require_between(char const* option, T value, T low, T high, char const* reason) {
    if (value >= low && value <= high) return;
    throw UserError{fmt::format("{} {} is out of bounds ({}); choose {} to {}", option, value,
                                reason, low, high)};
}

}  // namespace

void GenotypePlan::require_valid() const {
    require_between<std::int64_t>("--samples", samples, 1, largest_count,
                                  "a cohort has at least one sample");
    require_between<std::int64_t>("--variants", variants, 1, largest_count,
                                  "a cohort has at least one variant");
    require_between<std::int64_t>("--contigs", contigs, 1, most_contigs,
                                  "the human autosomes are simulated");
    require_between<std::int64_t>("--ancestries", ancestries, 1, 5,
                                  "each ancestry group needs its share of the samples");
    require_between("--fst", fst, 0.0, 0.3, "it is the differentiation of human groups");
    require_between("--relatives", relatives, 0.0, 1.0, "it is a share of the samples");
    require_between("--missing-genotypes", missing_genotypes, 0.0, 0.5,
                    "it is a mean rate, around which variants and samples vary");
    if (rare_variants) {
        require_between("--rare-variants", *rare_variants, 0.0, 1.0, "it is a share of variants");
        if (*rare_variants > 0 && samples < samples_for_rare) {
            throw UserError{fmt::format(
                "--rare-variants {} is too much for --samples {} (their alleles are hardly seen in "
                "so few); choose {} samples or more",
                *rare_variants, samples, samples_for_rare)};
        }
    }
    if (double const spacing = genome_length(contigs) / static_cast<double>(variants);
        spacing < 2) {
        throw UserError{
            fmt::format("--variants {} does not fit on --contigs {} (positions are unique); choose "
                        "fewer variants or more contigs",
                        variants, contigs)};
    }
}

std::int64_t TraitPlan::causal_variants(std::int64_t variants) const {
    return causal.value_or(std::max(std::min<std::int64_t>(variants, 10), variants / 100));
}

void TraitPlan::require_valid(std::int64_t variants) const {
    char const* const count = "it is a number of columns";
    require_between<std::int64_t>("--quantitative", quantitative, 0, most_columns, count);
    require_between<std::int64_t>("--binary", binary, 0, most_columns, count);
    require_between<std::int64_t>("--time-to-event", time_to_event, 0, most_columns, count);
    require_between<std::int64_t>("--covariates", covariates, 0, most_columns, count);
    require_between("--heritability", heritability, 0.0, 1.0, "it is a share of the variance");
    require_between("--missing-traits", missing_traits, 0.0, 0.5,
                    "it is a mean rate, around which traits vary");
    if (causal) {
        require_between<std::int64_t>("--causal", *causal, 0, variants,
                                      "causal variants are taken from --variants");
    }
}

}  // namespace maniple
