// A small cohort for penalised models, and their definitions in naive arithmetic.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/model/elastic_net.hpp"

namespace maniple {

struct PenalisedCohort {
    PackedBlock genotypes;
    SampleMask training;
    std::vector<double> quantitative;
    std::vector<double> binary;
    std::vector<double> times;
    std::vector<double> events;
    std::vector<Covariate> covariates;

    PenalisedTrait trait(Outcome outcome) const {
        return {.outcome = outcome,
                .values = outcome == Outcome::quantitative ? quantitative
                          : outcome == Outcome::binary     ? binary
                                                           : times,
                .events = outcome == Outcome::time_to_event ? std::span<double const>{events}
                                                            : std::span<double const>{},
                .covariates = covariates};
    }
};

struct CohortShape {
    std::int64_t samples = 300;
    std::int64_t variants = 60;
    double missing_genotypes = 0;
    double missing_values = 0;  ///< Of traits and covariates.
    double left_out = 0;        ///< Share of samples that are not in training.
    double time_step = 0;       ///< Times are rounded up to multiples: ties.
    std::uint64_t seed = 1;
};

/// Neighbouring variants are correlated; every fifth has an effect.
inline PenalisedCohort make_penalised_cohort(CohortShape const& shape) {
    std::mt19937_64 random{shape.seed};
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform{0, 1};
    auto const samples = static_cast<std::size_t>(shape.samples);
    PenalisedCohort cohort{
        PackedBlock{shape.variants, shape.samples}, SampleMask{shape.samples}, {}, {}, {}, {}, {}};
    cohort.covariates = {{"age", std::vector<double>(samples)},
                         {"site=B", std::vector<double>(samples)}};
    std::vector<double> predictor(samples);
    for (std::size_t s = 0; s < samples; ++s) {
        if (uniform(random) >= shape.left_out) {
            cohort.training.insert(SampleIndex{static_cast<std::int64_t>(s)});
        }
        cohort.covariates[0].values[s] = 50 + 8 * normal(random);
        cohort.covariates[1].values[s] = uniform(random) < 0.3 ? 1 : 0;
        predictor[s] =
            0.03 * (cohort.covariates[0].values[s] - 50) + 0.4 * cohort.covariates[1].values[s];
    }
    std::vector<std::array<double, 2>> chromosomes(samples, {0.0, 0.0});
    for (LocalVariantIndex v{0}; v.get() < shape.variants; ++v) {
        double const threshold = 0.8 * normal(random);
        double const effect = v.get() % 5 == 0 ? 0.5 * normal(random) : 0;
        for (std::size_t s = 0; s < samples; ++s) {
            unsigned alleles = 0;
            for (double& chromosome : chromosomes[s]) {
                chromosome = 0.8 * chromosome + 0.6 * normal(random);
                if (chromosome < threshold) ++alleles;
            }
            predictor[s] += effect * alleles;
            bool const is_missing = uniform(random) < shape.missing_genotypes;
            cohort.genotypes.set(v, SampleIndex{static_cast<std::int64_t>(s)},
                                 is_missing ? missing_genotype : alleles);
        }
    }
    double mean = 0;
    for (double value : predictor) mean += value / static_cast<double>(samples);
    auto const or_missing = [&](double value) {
        return uniform(random) < shape.missing_values ? std::numeric_limits<double>::quiet_NaN()
                                                      : value;
    };
    for (double& p : predictor) {
        p -= mean;
        cohort.quantitative.push_back(or_missing(3 + p + normal(random)));
        cohort.binary.push_back(or_missing(uniform(random) < 1 / (1 + std::exp(0.5 - p)) ? 1 : 0));
        double const event = -std::log(uniform(random)) / std::exp(p);
        double const censoring = -2 * std::log(uniform(random));
        double time = std::min(event, censoring);
        if (shape.time_step > 0) time = std::ceil(time / shape.time_step) * shape.time_step;
        cohort.times.push_back(or_missing(time));
        cohort.events.push_back(event <= censoring ? 1 : 0);
    }
    for (double& age : cohort.covariates[0].values) age = or_missing(age);
    return cohort;
}

using Wide = long double;

/// The samples of `mask` with trait and covariates.
inline std::vector<SampleIndex> naive_samples(PenalisedTrait const& trait, SampleMask const& mask) {
    std::vector<SampleIndex> samples;
    mask.for_each([&](SampleIndex s) {
        bool is_complete = !std::isnan(trait.values[s.at()]);
        if (!trait.events.empty() && std::isnan(trait.events[s.at()])) is_complete = false;
        for (auto const& covariate : trait.covariates)
            if (std::isnan(covariate.values[s.at()])) is_complete = false;
        if (is_complete) samples.push_back(s);
    });
    return samples;
}

/// A variant on some samples: mean 0 and variance 1, or zeros; its frequency and scale.
struct NaiveVariant {
    std::vector<Wide> values;
    Wide mean = 0;
    Wide sd = 0;
};

inline NaiveVariant naive_variant(PackedView genotypes, std::int64_t v,
                                  std::vector<SampleIndex> const& samples) {
    NaiveVariant variant;
    Wide called = 0;
    for (auto s : samples) {
        auto const g = genotypes.genotype(LocalVariantIndex{v}, s);
        if (g == missing_genotype) continue;
        variant.mean += g;
        ++called;
    }
    if (called > 0) variant.mean /= called;
    for (auto s : samples) {
        auto const g = genotypes.genotype(LocalVariantIndex{v}, s);
        variant.values.push_back(g == missing_genotype ? 0 : g - variant.mean);
        variant.sd += variant.values.back() * variant.values.back();
    }
    variant.sd = std::sqrt(variant.sd / static_cast<Wide>(samples.size()));
    if (variant.sd < 1e-12L) variant.sd = 0;
    for (Wide& value : variant.values) value = variant.sd > 0 ? value / variant.sd : 0;
    return variant;
}

/// Minus the derivatives of the loss by the predictor, from the formulas.
inline std::vector<Wide> naive_residuals(PenalisedTrait const& trait,
                                         std::vector<SampleIndex> const& samples,
                                         std::vector<Wide> const& predictor) {
    std::vector<Wide> residuals;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        auto const value = trait.values[samples[i].at()];
        if (trait.outcome == Outcome::quantitative) residuals.push_back(value - predictor[i]);
        if (trait.outcome == Outcome::binary)
            residuals.push_back(value - 1 / (1 + std::exp(-predictor[i])));
        if (trait.outcome == Outcome::time_to_event)
            residuals.push_back(trait.events[samples[i].at()]);
    }
    if (trait.outcome != Outcome::time_to_event) return residuals;
    for (std::size_t k = 0; k < samples.size(); ++k) {
        if (trait.events[samples[k].at()] == 0) continue;
        auto const time = trait.values[samples[k].at()];
        Wide total = 0;
        for (std::size_t i = 0; i < samples.size(); ++i)
            if (trait.values[samples[i].at()] >= time) total += std::exp(predictor[i]);
        for (std::size_t i = 0; i < samples.size(); ++i)
            if (trait.values[samples[i].at()] >= time)
                residuals[i] -= std::exp(predictor[i]) / total;
    }
    return residuals;
}

}  // namespace maniple
