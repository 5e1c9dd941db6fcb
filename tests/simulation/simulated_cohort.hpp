/// \file  A whole simulated cohort in memory, for tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "maniple/simulation/genotype_simulator.hpp"
#include "maniple/simulation/trait_simulator.hpp"

namespace maniple {

struct SimulatedCohort {
    struct Site {
        std::string contig;
        Variant variant;
        double expected_frequency = 0;
        std::vector<unsigned> truth;     // ALT alleles per sample.
        std::vector<unsigned> observed;  // With missing ones.
    };
    std::vector<Site> sites;
    SimulatedTraits traits;
};

enum class Order { forwards, backwards };

/// \param piece  households, tiles and variants per piece of work. \param order  of the pieces.
inline SimulatedCohort simulate_cohort(GenotypePlan const& plan, TraitPlan const& trait_plan,
                                       std::int64_t piece = 1'000'000,
                                       Order order = Order::forwards) {
    auto const for_pieces = [&](auto range, auto const& body) {
        std::vector<decltype(range)> pieces;
        for (auto first = range.first; first < range.last; first = first + piece) {
            pieces.push_back({first, std::min(range.last, first + piece)});
        }
        if (order == Order::backwards) std::ranges::reverse(pieces);
        for (auto part : pieces) body(part);
    };
    GenotypeSimulator simulator{plan};
    TraitSimulator traits{trait_plan, plan};
    SimulatedCohort cohort;
    while (simulator.advance()) {
        auto const& panel = simulator.panel();
        traits.enter_window(panel.contig().name, panel.range().first, panel.variants(),
                            panel.alternate_frequencies());
        PackedBlock block{std::ssize(panel.variants()), plan.samples};
        for_pieces(simulator.households(), [&](auto r) { simulator.copy_haplotypes(r); });
        for_pieces(simulator.tiles(), [&](auto r) {
            simulator.emit_genotypes(r, block);
            traits.add_effects(block.view(), simulator.samples(r));
        });
        auto const first_site = cohort.sites.size();
        auto const read = [&](std::size_t v) {
            std::vector<unsigned> row;
            for (SampleIndex s{0}; s < SampleIndex{plan.samples}; ++s) {
                row.push_back(
                    block.view().genotype(LocalVariantIndex{static_cast<std::int64_t>(v)}, s));
            }
            return row;
        };
        for (std::size_t v = 0; v < panel.variants().size(); ++v) {
            cohort.sites.push_back({panel.contig().name,
                                    panel.variants()[v],
                                    panel.alternate_frequencies()[v],
                                    read(v),
                                    {}});
        }
        for_pieces(
            Range<LocalVariantIndex>{LocalVariantIndex{0}, LocalVariantIndex{block.variants()}},
            [&](auto r) { simulator.remove_genotypes(r, block); });
        for (std::size_t v = 0; v < panel.variants().size(); ++v) {
            cohort.sites[first_site + v].observed = read(v);
        }
    }
    cohort.traits = traits.finish(simulator.pedigree());
    return cohort;
}

inline double alternate_frequency(std::vector<unsigned> const& genotypes) {
    return std::accumulate(genotypes.begin(), genotypes.end(), 0.0) /
           (2 * static_cast<double>(genotypes.size()));
}

template <class A, class B>
double correlation(std::vector<A> const& a, std::vector<B> const& b) {
    double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    auto const count = static_cast<double>(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto const x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
        sa += x, sb += y, saa += x * x, sbb += y * y, sab += x * y;
    }
    double const variances = (saa - sa * sa / count) * (sbb - sb * sb / count);
    return variances > 0 ? (sab - sa * sb / count) / std::sqrt(variances) : 0;
}

}  // namespace maniple
