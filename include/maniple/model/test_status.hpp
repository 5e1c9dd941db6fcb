/// \file  Why a row of a result has no number.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace maniple {

/// Outcome of one test of one variant for one trait. Codes are stored in result files: append only.
enum class TestStatus : std::uint8_t {
    ok = 0,                    ///< The numbers are there.
    filtered_maf = 1,          ///< Minor allele frequency under --min-maf.
    filtered_mac = 2,          ///< Minor allele count under --min-mac.
    filtered_missing = 3,      ///< Share of missing genotypes over --max-missing.
    filtered_hwe = 4,          ///< Hardy-Weinberg p under --hwe.
    no_genotypes = 5,          ///< Every sample's genotype is missing.
    constant_genotype = 6,     ///< All samples analysed have the same genotype.
    too_few_samples = 7,       ///< No residual degree of freedom is left.
    collinear_genotype = 8,    ///< Covariates explain the genotype: variance inflation over 50.
    collinear_covariates = 9,  ///< Covariates are collinear among the samples with this genotype.
    constant_trait = 10,       ///< The trait does not vary among the samples with this genotype.
    perfect_fit = 11,          ///< Nothing is left unexplained: no variance to test against.
    too_few_carriers = 12,     ///< Of the rarer genotypes among a binary trait's samples.
    not_converged = 13,        ///< The search for an effect or its p did not end.
    separated = 14,            ///< The genotype tells who has an event: no finite effect (Wald).
};

/// Names in code order, e.g. "constant_genotype".
std::span<std::string_view const> test_status_names();

}  // namespace maniple
