#include "stacked_parts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

#include "maniple/core/contract.hpp"
#include "maniple/linalg/dense_matrix.hpp"

namespace maniple {
namespace {

// Columns first to last of one contig.
struct ContigColumns {
    std::int64_t first;
    std::int64_t last;
};

std::vector<ContigColumns> columns_by_contig(std::span<std::int32_t const> contigs) {
    std::vector<ContigColumns> runs;
    for (std::int64_t c = 0; c < std::ssize(contigs); ++c) {
        auto const at = static_cast<std::size_t>(c);
        if (c == 0 || contigs[at] != contigs[at - 1]) runs.push_back({c, c});
        ++runs.back().last;
    }
    return runs;
}

bool stand_together(std::span<std::int32_t const> contigs) {
    std::set<std::int32_t> seen;
    for (auto const& run : columns_by_contig(contigs)) {
        if (!seen.insert(contigs[static_cast<std::size_t>(run.first)]).second) return false;
    }
    return true;
}

}  // namespace

std::vector<double> stacked_penalties(Outcome outcome, std::int64_t columns,
                                      std::span<double const> heritabilities) {
    expect(std::ranges::all_of(heritabilities, [](double h) { return h > 0 && h < 1; }),
           "a heritability is between 0 and 1");
    expect(outcome == Outcome::quantitative || outcome == Outcome::binary,
           "the outcome has a level 1");
    constexpr double logistic_variance = std::numbers::pi * std::numbers::pi / 3;
    auto const residual = outcome == Outcome::binary ? logistic_variance : 1;
    std::vector<double> penalties;
    for (double h : heritabilities) {
        penalties.push_back(static_cast<double>(columns) * (1 - h) / h / residual);
    }
    return penalties;
}

void check(StackedData const& data) {
    expect(std::ssize(data.contigs) == data.predictors.rows(), "every column has a contig");
    expect(std::ssize(data.folds) == data.predictors.columns(), "every sample has a fold");
    expect(data.fold_count >= 2, "there are folds");
    expect(std::ranges::all_of(data.folds,
                               [&](std::int32_t f) { return f >= -1 && f < data.fold_count; }),
           "folds are among those that there are");
    expect(!data.penalties.empty() &&
               std::ranges::all_of(data.penalties, [](double p) { return p > 0; }),
           "penalties are positive");
    expect(stand_together(data.contigs), "the columns of a contig stand together");
}

PredictionSums& PredictionSums::operator+=(PredictionSums const& other) {
    samples += other.samples;
    y += other.y;
    yy += other.yy;
    p += other.p;
    pp += other.pp;
    py += other.py;
    log_likelihood += other.log_likelihood;
    return *this;
}

StackedLoss PredictionSums::loss() const {
    auto const covariance = py - p * y / samples;
    auto const spread = (pp - p * p / samples) * (yy - y * y / samples);
    return {.squared_error = (yy - 2 * py + pp) / samples,
            .log_likelihood = log_likelihood / samples,
            .r_squared = spread > 0 ? covariance * covariance / spread
                                    : std::numeric_limits<double>::quiet_NaN()};
}

void predict(StackedData const& data, StackedFit& fit) {
    constexpr std::int64_t block = 2048;  // Samples; their predictions stay in the cache.
    auto const runs = columns_by_contig(data.contigs);
    auto const& x = data.predictors;
    auto const samples = static_cast<std::size_t>(x.columns());
    MatrixView<double const> const coefficients{fit.fold_coefficients.data(), data.fold_count,
                                                x.rows()};
    fit.contigs.clear();
    fit.loco.assign(runs.size() * samples, 0);
    fit.whole.assign(samples, 0);
    std::vector<double> by_fold(static_cast<std::size_t>(data.fold_count * block));
    for (std::size_t c = 0; c < runs.size(); ++c) {
        auto const [first, last] = runs[c];
        fit.contigs.push_back(data.contigs[static_cast<std::size_t>(first)]);
        auto* const own = fit.loco.data() + c * samples;
        for (std::int64_t start = 0; start < x.columns(); start += block) {
            auto const count = std::min(block, x.columns() - start);
            std::ranges::fill(by_fold, 0);
            add_product(MatrixView<double const>{coefficients.data() + first, data.fold_count,
                                                 last - first, coefficients.row_stride()},
                        MatrixView<float const>{x.data() + first * x.row_stride() + start,
                                                last - first, count, x.row_stride()},
                        MatrixView<double>{by_fold.data(), data.fold_count, count, block});
            for (auto s = start; s < start + count; ++s) {
                auto const fold = data.folds[static_cast<std::size_t>(s)];
                if (fold < 0) continue;
                own[s] = by_fold[static_cast<std::size_t>(fold * block + s - start)];
                fit.whole[static_cast<std::size_t>(s)] += own[s];
            }
        }
    }
    // With one contig exactly 0.
    for (std::size_t c = 0; c < runs.size(); ++c) {
        auto* const own = fit.loco.data() + c * samples;
        for (std::size_t s = 0; s < samples; ++s) own[s] = fit.whole[s] - own[s];
    }
}

StackedFit without_result(StackedData const& data, FitStatus status) {
    StackedFit fit;
    fit.status = status;
    fit.losses.resize(data.penalties.size());
    fit.fold_coefficients.assign(static_cast<std::size_t>(data.fold_count * data.predictors.rows()),
                                 0);
    fit.coefficients.assign(static_cast<std::size_t>(data.predictors.rows()), 0);
    predict(data, fit);
    return fit;
}

}  // namespace maniple
