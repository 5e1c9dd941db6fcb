/// \file  What cohort to simulate.
#pragma once

#include <cstdint>
#include <optional>

namespace maniple {

/// Samples and genotypes.
struct GenotypePlan {
    std::int64_t samples = 0;
    std::int64_t variants = 0;
    std::int64_t contigs = 22;        ///< Chromosomes 1 .. contigs.
    std::int64_t ancestries = 3;      ///< Ancestry groups, the first one the largest.
    double fst = 0.03;                ///< Between any two ancestry groups.
    double relatives = 0.1;           ///< Share of samples with siblings and cousins in the cohort.
    double missing_genotypes = 0.01;  ///< Mean rate; 0 = none at all.
    /// Share of variants whose minor allele is expected in less than 1%; by default as mutations
    /// fall.
    std::optional<double> rare_variants = std::nullopt;
    std::uint64_t seed = 1;

    /// \throws UserError naming the option that is out of bounds.
    void require_valid() const;
};

/// Traits and covariates of these samples.
struct TraitPlan {
    std::int64_t quantitative = 2;
    std::int64_t binary = 1;
    std::int64_t time_to_event = 0;
    std::int64_t covariates = 4;
    double heritability = 0.3;           ///< Variance of the genetic value, see TraitSimulator.
    std::optional<std::int64_t> causal;  ///< Variants per trait; see `causal_variants`.
    double missing_traits = 0.02;        ///< Mean rate; 0 = none at all.

    std::int64_t traits() const { return quantitative + binary + time_to_event; }

    /// Causal variants of each trait: as asked, else 1% of `variants`, at least 10 where there are
    /// so many.
    std::int64_t causal_variants(std::int64_t variants) const;

    /// \param variants  of the genotypes that the traits are simulated on.
    /// \throws UserError naming the option that is out of bounds.
    void require_valid(std::int64_t variants) const;
};

}  // namespace maniple
