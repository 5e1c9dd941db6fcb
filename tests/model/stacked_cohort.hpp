/// \file  Predictors as level 0 makes them, and dense arithmetic to judge level 1 by.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "maniple/model/stacked_ridge.hpp"

namespace maniple {

using Dense = std::vector<std::vector<double>>;

/// A x = b by Gaussian elimination with pivots.
inline std::vector<double> solve_dense(Dense a, std::vector<double> b) {
    auto const rows = b.size();
    for (std::size_t k = 0; k < rows; ++k) {
        auto best = k;
        for (auto r = k; r < rows; ++r) {
            if (std::abs(a[r][k]) > std::abs(a[best][k])) best = r;
        }
        std::swap(a[k], a[best]);
        std::swap(b[k], b[best]);
        for (auto r = k + 1; r < rows; ++r) {
            auto const factor = a[r][k] / a[k][k];
            for (auto c = k; c < rows; ++c) a[r][c] -= factor * a[k][c];
            b[r] -= factor * b[k];
        }
    }
    for (auto k = rows; k-- > 0;) {
        for (auto c = k + 1; c < rows; ++c) b[k] -= a[k][c] * b[c];
        b[k] /= a[k][k];
    }
    return b;
}

/// Columns in groups of similar ones, as five penalties make them of one block, and what belongs
/// to them. Samples that take no part have predictors 0.
struct StackedCohort {
    std::int64_t samples;
    std::int64_t columns;
    std::vector<float> x;  // columns x samples
    std::vector<std::int32_t> contigs;
    std::vector<std::int32_t> folds;
    std::vector<double> penalties;
    std::vector<double> trait;
    std::vector<std::uint8_t> is_case;
    std::vector<double> offset;

    StackedCohort(std::int64_t sample_count, std::int64_t column_count, std::int32_t contig_count,
                  std::uint64_t seed, double missing = 0.1)
        : samples{sample_count}, columns{column_count} {
        std::mt19937_64 random{seed};
        std::normal_distribution<double> normal;
        std::uniform_real_distribution<double> uniform;
        for (std::int64_t s = 0; s < samples; ++s) {
            folds.push_back(uniform(random) < missing ? -1
                                                      : static_cast<std::int32_t>(random() % 5));
        }
        std::vector<double> block(static_cast<std::size_t>(samples));
        std::vector<double> genetic(block.size());
        for (std::int64_t c = 0; c < columns; ++c) {
            contigs.push_back(static_cast<std::int32_t>(c * contig_count / columns) + 1);
            if (c % 5 == 0) {
                for (auto& value : block) value = normal(random);
                for (std::size_t s = 0; s < block.size(); ++s) genetic[s] += block[s];
            }
            for (std::size_t s = 0; s < block.size(); ++s) {
                auto const value = block[s] + 0.3 * normal(random);
                x.push_back(folds[s] < 0 ? 0.0F : static_cast<float>(value));
            }
        }
        auto const scale = std::sqrt(5.0 / static_cast<double>(columns + 1));
        for (std::size_t s = 0; s < block.size(); ++s) {
            trait.push_back(0.5 * scale * genetic[s] + normal(random));
            offset.push_back(-0.7 + 0.5 * normal(random));
            auto const risk = 1 / (1 + std::exp(-offset[s] - 0.8 * scale * genetic[s]));
            is_case.push_back(uniform(random) < risk);
        }
        penalties = {0.01, 0.3, 1, 3, 30};
        for (auto& penalty : penalties) penalty *= static_cast<double>(columns);
    }

    StackedData data() const {
        return {.predictors = {x.data(), columns, samples},
                .contigs = contigs,
                .folds = folds,
                .fold_count = 5,
                .penalties = penalties};
    }
    double value(std::int64_t column, std::int64_t sample) const {
        return x[static_cast<std::size_t>(column * samples + sample)];
    }
    std::int32_t fold(std::int64_t sample) const { return folds[static_cast<std::size_t>(sample)]; }
};

}  // namespace maniple
