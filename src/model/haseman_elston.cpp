#include "maniple/model/haseman_elston.hpp"

#include <cmath>

#include "maniple/core/contract.hpp"
#include "maniple/linalg/orthonormal_basis.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {

std::vector<double> random_signs(std::uint64_t seed, std::int64_t vector, std::int64_t samples) {
    constexpr std::int64_t bits = 64;
    RandomStream stream{seed, Purpose::heritability_signs, static_cast<std::uint64_t>(vector)};
    std::vector<double> signs;
    std::uint64_t word = 0;
    for (std::int64_t s = 0; s < samples; ++s) {
        if (s % bits == 0) word = stream.next();
        signs.push_back((word >> (s % bits) & 1U) != 0 ? 1.0 : -1.0);
    }
    return signs;
}

HeritabilityEstimate estimate_heritability(std::span<double const> trait,
                                           std::span<double const> product,
                                           std::span<SignProducts const> signs,
                                           std::int64_t degrees) {
    expect(trait.size() == product.size(), "one value per sample");
    expect(!signs.empty(), "traces need random signs");
    expect(degrees > 0, "covariates leave something");

    // All is said of A - P, whose trace is almost nothing: what random signs add stays small.
    auto const count = static_cast<double>(signs.size());
    double first = 0;
    double second = 0;
    for (auto const& probe : signs) {
        expect(probe.signs.size() == trait.size() && probe.once.size() == trait.size() &&
                   probe.twice.size() == trait.size(),
               "one value per sample");
        auto const z = dot(probe.signs, probe.signs);
        auto const az = dot(probe.signs, probe.once);
        first += (az - z) / count;
        second += (dot(probe.once, probe.once) - 2 * az + z) / count;
    }
    auto const space = static_cast<double>(degrees);
    auto const total = dot(trait, trait);
    auto const spread = second - first * first / space;
    auto const genetic =
        (dot(trait, product) - total - first / space * total) / (spread > 0 ? spread : 1);
    auto const variance = (total - genetic * first) / space;
    if (!(spread > 0) || !(variance > 0)) return {.value = 0, .standard_error = NAN};

    // h2 = y'(A - centre) y / (spread * variance) to first order, y having covariance V.
    HeritabilityEstimate estimate{.value = genetic / variance};
    auto const noise = variance - genetic;
    auto const centre = 1 + first / space + estimate.value * spread / space;
    double squares = 0;
    for (auto const& probe : signs) {
        for (std::size_t s = 0; s < trait.size(); ++s) {
            auto const value = genetic * probe.twice[s] +
                               (noise - centre * genetic) * probe.once[s] -
                               centre * noise * probe.signs[s];
            squares += value * value / count;
        }
    }
    estimate.standard_error = std::sqrt(2 * squares * (1 + 1 / count)) / (spread * variance);
    return estimate;
}

}  // namespace maniple
