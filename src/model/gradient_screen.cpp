#include "maniple/model/gradient_screen.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/core/contract.hpp"
#include "maniple/genotype/kernels.hpp"
#include "maniple/genotype/missing_samples.hpp"

namespace maniple {
namespace {

std::int64_t count_columns(std::span<ScreenedResiduals const> problems) {
    std::int64_t columns = 0;
    for (auto const& problem : problems) columns += std::ssize(problem.residuals);
    return columns;
}

std::int64_t samples_of(std::span<ScreenedResiduals const> problems) {
    expect(!problems.empty(), "there are problems to screen for");
    return problems.front().samples->samples();
}

// What standardising a genotype needs, over one problem's samples.
struct Standard {
    double mean = 0;
    double deviation = 0;  ///< 0: the variant does not vary.
};

Standard standard_of(GenotypeCounts const& counts, double samples) {
    auto const called = counts.called();
    bool const varies = called > 0 && counts.reference < called && counts.heterozygous < called &&
                        counts.alternate < called;
    if (!varies) return {};
    auto const alleles = static_cast<double>(counts.alternate_alleles());
    auto const mean = alleles / static_cast<double>(called);
    auto const squares = static_cast<double>(counts.heterozygous + 4 * counts.alternate);
    return {mean, std::sqrt((squares - alleles * mean) / samples)};
}

}  // namespace

GradientScreen::GradientScreen(std::span<ScreenedResiduals const> problems)
    : anybody_{samples_of(problems)}, columns_{samples_of(problems), count_columns(problems)} {
    std::vector<std::span<double const>> residuals;
    for (auto const& problem : problems) {
        expect(problem.samples->samples() == samples(), "all problems are of one cohort");
        expect(!problem.residuals.empty(), "each problem has residuals");
        problems_.push_back({.samples = problem.samples,
                             .count = static_cast<double>(problem.samples->count()),
                             .first_column = std::ssize(residuals),
                             .columns = std::ssize(problem.residuals)});
        problem.samples->for_each([&](SampleIndex s) { anybody_.insert(s); });
        for (auto const& column : problem.residuals) {
            expect(std::ssize(column) == samples(), "a residual for each sample");
            residuals.push_back(column);
        }
    }
    columns_.fit_columns(0, residuals);
}

GradientScreen::Workspace::Workspace(GradientScreen const& screen, std::int64_t variants)
    : product_{screen.columns()},
      sums_{screen.columns() * variants},
      missing_(static_cast<std::size_t>(screen.columns())),
      missing_from_(static_cast<std::size_t>(packed_stride(screen.samples()) * 4), SampleIndex{0}) {
}

// Each column's sum over the samples without a genotype.
void GradientScreen::sum_missing(PackedView genotypes, LocalVariantIndex v, Workspace& work) const {
    std::ranges::fill(work.missing_, 0);
    auto const missing = find_missing(genotypes.row(v), anybody_.words(), work.missing_from_);
    for (std::int64_t m = 0; m < missing; ++m) {
        auto const row = columns_.row(work.missing_from_[static_cast<std::size_t>(m)].get());
        for (std::size_t c = 0; c < row.size(); ++c) work.missing_[c] += row[c];
    }
}

void GradientScreen::gradients(PackedView genotypes, Workspace& work,
                               MatrixView<double> gradients) const {
    expect(genotypes.samples() == samples(), "residuals and genotypes are of one cohort");
    expect(gradients.rows() == columns() && gradients.columns() == genotypes.variants(),
           "a gradient for each column and variant");
    expect(work.sums_.size() >= columns() * genotypes.variants(),
           "the workspace has room for the block");

    MatrixView<std::int64_t> const sums{work.sums_.data(), columns(), genotypes.variants()};
    multiply_genotypes(genotypes, columns_, work.product_, sums);
    auto const count = kernels().count;
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
        sum_missing(genotypes, v, work);
        for (auto const& problem : problems_) {
            auto const counts = count(genotypes.row(v).data(), problem.samples->words().data(),
                                      genotypes.words_per_row());
            auto const standard = standard_of(counts, problem.count);
            for (auto c = problem.first_column; c < problem.first_column + problem.columns; ++c) {
                auto const rest = work.missing_[static_cast<std::size_t>(c)] - columns_.total(c);
                auto const centred = static_cast<double>(sums(c, v.get())) +
                                     standard.mean * static_cast<double>(rest);
                auto const unit = columns_.format(c).scale * problem.count * standard.deviation;
                gradients(c, v.get()) = standard.deviation > 0 ? centred / unit : 0;
            }
        }
    }
}

}  // namespace maniple
