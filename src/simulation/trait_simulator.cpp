#include "maniple/simulation/trait_simulator.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"
#include "trait_table.hpp"

namespace maniple {
namespace {

constexpr double variance_exponent = -0.38;

// Floyd's sample without replacement, sorted.
std::vector<GlobalVariantIndex> draw_causal(std::int64_t variants, std::int64_t count,
                                            RandomStream stream) {
    std::unordered_set<std::int64_t> chosen;
    for (auto last = variants - count; last < variants; ++last) {
        auto const candidate = stream.below(static_cast<std::uint64_t>(last) + 1);
        if (!chosen.insert(static_cast<std::int64_t>(candidate)).second) chosen.insert(last);
    }
    std::vector<GlobalVariantIndex> result;
    for (auto variant : chosen) result.emplace_back(variant);
    std::ranges::sort(result);
    return result;
}

// Centre, and scale to sample variance `variance`; returns the factor, 0 where nothing varies.
double standardize_values(std::vector<double>& values, double variance) {
    auto const count = static_cast<double>(values.size());
    double const mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (double& value : values) {
        value -= mean;
        squares += value * value;
    }
    bool const varies = values.size() > 1 && squares > 1e-20 * count;
    double const factor = varies ? std::sqrt(variance * (count - 1) / squares) : 0;
    for (double& value : values) value *= factor;
    return factor;
}

}  // namespace

TraitSimulator::TraitSimulator(TraitPlan const& plan, GenotypePlan const& genotype_plan)
    : plan_{plan}, genotype_plan_{genotype_plan} {
    plan.require_valid(genotype_plan.variants);
    auto const count = plan.causal_variants(genotype_plan.variants);
    for (std::int64_t trait = 0; trait < plan.traits(); ++trait) {
        causal_.push_back(draw_causal(
            genotype_plan.variants, count,
            {genotype_plan.seed, Purpose::causal_variant, static_cast<std::uint64_t>(trait)}));
    }
    next_causal_.resize(causal_.size());
    genetic_values_.assign(causal_.size(),
                           std::vector<double>(static_cast<std::size_t>(genotype_plan.samples)));
}

void TraitSimulator::enter_window(std::string const& contig, GlobalVariantIndex first,
                                  std::span<Variant const> variants,
                                  std::span<double const> alternate_frequencies) {
    expect(variants.size() == alternate_frequencies.size(), "every variant has a frequency");

    window_effects_.clear();
    auto const last = first + std::ssize(variants);
    auto const entered = std::ssize(effects_);
    for (std::size_t trait = 0; trait < causal_.size(); ++trait) {
        auto& next = next_causal_[trait];
        for (; next < causal_[trait].size() && causal_[trait][next] < last; ++next) {
            auto const index = causal_[trait][next];
            auto const local = LocalVariantIndex{index - first};
            double const frequency = std::clamp(alternate_frequencies[local.at()], 1e-9, 1 - 1e-9);
            RandomStream stream{genotype_plan_.seed, Purpose::causal_effect,
                                static_cast<std::uint64_t>(index.get()), trait};
            double const effect =
                stream.normal() * std::pow(2 * frequency * (1 - frequency), variance_exponent / 2);
            auto const number = TraitIndex{static_cast<std::int64_t>(trait)};
            window_effects_.push_back({number, local, effect, 2 * frequency});
            effects_.push_back({number, index, contig, variants[local.at()], effect});
        }
    }
    std::ranges::stable_sort(effects_.begin() + entered, effects_.end(), {}, &CausalEffect::index);
}

void TraitSimulator::add_effects(PackedView genotypes, Range<SampleIndex> samples) {
    expect(samples.first.get() >= 0 && samples.last.get() <= genotypes.samples(),
           "samples are in the cohort");

    for (auto const& [trait, variant, effect, center] : window_effects_) {
        std::array<double, 4> values{};
        for (std::size_t count = 0; count < values.size(); ++count) {
            values[count] = (static_cast<double>(count) - center) * effect;
        }
        auto const row = genotypes.row(variant);
        auto& sums = genetic_values_[trait.at()];
        for (auto s = samples.first.at(); s < samples.last.at();) {
            auto const end = std::min(samples.last.at(), (s / 32 + 1) * 32);
            for (auto word = row[s / 32] >> s % 32 * 2; s < end; ++s, word >>= 2) {
                sums[s] += values[word & 3];
            }
        }
    }
}

SimulatedTraits TraitSimulator::finish(Pedigree const& pedigree) {
    SimulatedTraits result;
    std::vector<double> factors;
    for (auto& values : genetic_values_) {
        factors.push_back(standardize_values(values, plan_.heritability));
    }
    for (auto& effect : effects_) effect.effect *= factors[effect.trait.at()];
    result.traits = trait_names(plan_);
    result.table = make_trait_table(plan_, genotype_plan_, pedigree, genetic_values_);
    result.effects = std::move(effects_);
    result.genetic_values = std::move(genetic_values_);
    return result;
}

}  // namespace maniple
