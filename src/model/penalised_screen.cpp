#include "maniple/model/penalised_screen.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/core/contract.hpp"
#include "maniple/genotype/missing_samples.hpp"

namespace maniple {

Standardisation standardisation_of(GenotypeCounts const& counts) {
    auto const called = counts.called();
    if (called == 0) return {};
    auto const alleles = counts.alternate_alleles();
    Standardisation made{.mean = static_cast<double>(alleles) / static_cast<double>(called)};
    // An integer: called^2 times the variance of called genotypes.
    auto const spread = called * (counts.heterozygous + 4 * counts.alternate) - alleles * alleles;
    if (spread > 0) {
        auto const samples = called + counts.missing;
        made.inverse_sd = std::sqrt(static_cast<double>(called) * static_cast<double>(samples) /
                                    static_cast<double>(spread));
    }
    return made;
}

ScreenWorkspace::ScreenWorkspace(std::int64_t samples, std::int64_t columns, std::int64_t variants)
    : product_{columns},
      sums_{columns * variants},
      missing_(static_cast<std::size_t>(packed_stride(samples) * 4), SampleIndex{0}),
      moments_{0, columns} {}

std::int64_t ScreenWorkspace::bytes(std::int64_t samples, std::int64_t columns,
                                    std::int64_t variants) {
    constexpr auto word = static_cast<std::int64_t>(sizeof(std::int64_t));
    return ProductWorkspace::bytes(columns) + word * columns * variants +
           word * packed_stride(samples) * 4 + word * 2 * (columns + 8);
}

void multiply_standardised(PackedView genotypes, StandardisedColumns const& columns,
                           MatrixView<Standardisation const> standardisations,
                           ScreenWorkspace& workspace, MatrixView<double> products) {
    auto const& values = columns.values;
    auto const count = values.columns();
    auto const variants = genotypes.variants();
    expect(genotypes.samples() == values.samples() &&
               genotypes.samples() == columns.samples.samples() &&
               packed_stride(genotypes.samples()) * 4 == std::ssize(workspace.missing_),
           "genotypes, columns and workspace have the same samples");
    expect(std::ssize(columns.sample_sets) == count && standardisations.columns() == variants &&
               products.rows() == count && products.columns() == variants &&
               count * variants <= workspace.sums_.size(),
           "extents fit the workspace and each other");

    MatrixView<std::int64_t> const sums{workspace.sums_.data(), count, variants};
    multiply_genotypes(genotypes, values, workspace.product_, sums);
    for (std::int64_t v = 0; v < variants; ++v) {
        auto const missing = find_missing(genotypes.row(LocalVariantIndex{v}),
                                          columns.samples.words(), workspace.missing_);
        if (missing > 0) {
            workspace.moments_.sum_over(
                std::span{workspace.missing_}.first(static_cast<std::size_t>(missing)),
                values.integers(), {.first = 0, .covariates = 0, .width = count});
        }
        for (std::int64_t c = 0; c < count; ++c) {
            auto const set = columns.sample_sets[static_cast<std::size_t>(c)];
            auto const& way = standardisations(static_cast<std::int64_t>(set), v);
            auto called = static_cast<double>(values.total(c));
            if (missing > 0) called -= workspace.moments_.sum(c);
            products(c, v) = (static_cast<double>(sums(c, v)) - way.mean * called) /
                             values.format(c).scale * way.inverse_sd;
        }
    }
}

void screen_block(PackedView genotypes, StandardisedColumns const& residuals,
                  std::span<SampleMask const> sets, ScreenWorkspace& workspace,
                  MatrixView<double> gradients) {
    auto const variants = genotypes.variants();
    auto& ways = workspace.standardisations_;
    ways.clear();
    std::vector<double> samples;
    for (auto const& set : sets) {
        expect(set.samples() == genotypes.samples(), "sets and genotypes have the same samples");
        samples.push_back(static_cast<double>(set.count()));
        for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
            auto const row = genotypes.row(v);
            ways.push_back(standardisation_of(
                kernels().count(row.data(), set.words().data(), std::ssize(row))));
        }
    }
    multiply_standardised(
        genotypes, residuals,
        MatrixView<Standardisation const>{ways.data(), std::ssize(sets), variants}, workspace,
        gradients);
    for (std::int64_t c = 0; c < gradients.rows(); ++c) {
        auto const divisor = samples[residuals.sample_sets[static_cast<std::size_t>(c)]];
        for (double& gradient : gradients.row(c)) gradient /= divisor;
    }
}

}  // namespace maniple
