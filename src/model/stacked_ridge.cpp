#include "maniple/model/stacked_ridge.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/index.hpp"
#include "maniple/linalg/dense_matrix.hpp"
#include "stacked_parts.hpp"

namespace maniple {
namespace {

// Products over the samples of one fold. With the sums of squares of what it predicts taken from
// these, no sample is looked at again for any penalty.
struct FoldProducts {
    AlignedBuffer<double> gram;  // X'X, lower triangle
    AlignedBuffer<double> sums;  // Row 0: X'y; row 1: X'1
    double samples = 0;
    double y = 0;
    double yy = 0;
};

class QuantitativeStack {
public:
    QuantitativeStack(StackedData const& data, std::span<double const> trait)
        : data_{data}, columns_{data.predictors.rows()}, matrix_{columns_ * columns_} {
        for (std::int64_t f = 0; f < data.fold_count; ++f) {
            folds_.push_back({.gram = AlignedBuffer<double>{columns_ * columns_},
                              .sums = AlignedBuffer<double>{2 * columns_}});
        }
        constexpr std::int64_t block = 4096;  // Samples; their copy stays in a cache.
        AlignedBuffer<float> copy{columns_ * block};
        for (std::int64_t first = 0; first < std::ssize(data.folds); first += block) {
            auto const last = std::min(first + block, std::ssize(data.folds));
            add_block({SampleIndex{first}, SampleIndex{last}}, trait,
                      {copy.data(), columns_, block});
        }
    }

    std::int64_t samples() const {
        double count = 0;
        for (auto const& fold : folds_) count += fold.samples;
        return static_cast<std::int64_t>(count);
    }

    // Coefficients for each penalty of the fit without one fold, or to all where there is none:
    // columns, one row per penalty. Sums are of the other folds, never differences from all: these
    // would cancel where a fold has nearly all of a column's variance.
    std::optional<std::vector<double>> fit_without(std::optional<std::size_t> left_out,
                                                   std::span<double const> penalties) {
        AlignedBuffer<double> gram{columns_ * columns_};
        std::vector<double> right(static_cast<std::size_t>(columns_));
        for (std::size_t f = 0; f < folds_.size(); ++f) {
            if (f == left_out) continue;
            for (std::int64_t r = 0; r < columns_; ++r) {
                auto const* const from = folds_[f].gram.data() + r * columns_;
                auto* const to = gram.data() + r * columns_;
                for (std::int64_t c = 0; c <= r; ++c) to[c] += from[c];
                right[static_cast<std::size_t>(r)] += folds_[f].sums[r];
            }
        }
        std::vector<double> all;
        MatrixView<double> const matrix{matrix_.data(), columns_, columns_};
        for (double penalty : penalties) {
            for (std::int64_t r = 0; r < columns_; ++r) {
                std::copy_n(gram.data() + r * columns_, r + 1, matrix.row(r).begin());
                matrix(r, r) += penalty;
            }
            if (factorize(matrix) == 0) return std::nullopt;
            auto solution = right;
            MatrixView<double> const b{solution.data(), columns_, 1};
            solve_lower(matrix, b);
            solve_lower_transposed(matrix, b);
            all.insert(all.end(), solution.begin(), solution.end());
        }
        return all;
    }

    // What the samples of a fold say about coefficients b that were fitted without them.
    PredictionSums judge(std::size_t f, std::span<double const> b) const {
        auto const& fold = folds_[f];
        PredictionSums sums{.samples = fold.samples, .y = fold.y, .yy = fold.yy};
        for (std::int64_t r = 0; r < columns_; ++r) {
            auto const own = b[static_cast<std::size_t>(r)];
            auto const* const row = fold.gram.data() + r * columns_;
            double below = 0;
            for (std::int64_t c = 0; c < r; ++c) below += row[c] * b[static_cast<std::size_t>(c)];
            sums.pp += own * (2 * below + row[r] * own);
            sums.py += own * fold.sums[r];
            sums.p += own * fold.sums[columns_ + r];
        }
        return sums;
    }

private:
    // Samples are copied in the order of their folds first: a fold's samples, one in five, would
    // otherwise fetch every cache line of the predictors once per fold.
    void add_block(Range<SampleIndex> samples, std::span<double const> trait,
                   MatrixView<float> copy) {
        std::vector<std::vector<SampleIndex>> lists(folds_.size());
        for (auto s = samples.first; s < samples.last; ++s) {
            auto const fold = data_.folds[s.at()];
            if (fold >= 0) lists[static_cast<std::size_t>(fold)].push_back(s);
        }
        for (std::int64_t c = 0; c < columns_; ++c) {
            auto const* const from = data_.predictors.row(c).data();
            auto* to = copy.row(c).data();
            for (auto const& list : lists) {
                for (auto s : list) *to++ = from[s.get()];
            }
        }
        std::int64_t first = 0;
        for (std::size_t f = 0; f < lists.size(); ++f) {
            auto const size = std::ssize(lists[f]);
            add_fold(folds_[f], lists[f], trait,
                     {copy.data() + first, columns_, size, copy.row_stride()});
            first += size;
        }
    }

    void add_fold(FoldProducts& fold, std::span<SampleIndex const> samples,
                  std::span<double const> trait, MatrixView<float const> x) const {
        std::vector<double> rows;  // The trait, and ones.
        for (auto s : samples) {
            auto const y = trait[s.at()];
            rows.push_back(y);
            fold.y += y;
            fold.yy += y * y;
        }
        rows.resize(2 * samples.size(), 1);
        add_gram(x, {fold.gram.data(), columns_, columns_});
        add_product(MatrixView<double const>{rows.data(), 2, x.columns()}, Factor{x}.transposed(),
                    {fold.sums.data(), 2, columns_});
        fold.samples += static_cast<double>(samples.size());
    }

    StackedData const& data_;
    std::int64_t columns_;
    AlignedBuffer<double> matrix_;
    std::vector<FoldProducts> folds_;
};

}  // namespace

StackedFit fit_stacked_ridge(StackedData const& data, std::span<double const> trait) {
    check(data);
    expect(trait.size() == data.folds.size(), "every sample has a trait value");

    QuantitativeStack stack{data, trait};
    if (stack.samples() == 0) return without_result(data, FitStatus::too_few_samples);
    auto const columns = static_cast<std::size_t>(data.predictors.rows());
    auto const folds = static_cast<std::size_t>(data.fold_count);
    std::vector<std::vector<double>> solutions;
    std::vector<PredictionSums> sums(data.penalties.size());
    for (std::size_t f = 0; f < folds; ++f) {
        auto const found = stack.fit_without(f, data.penalties);
        if (!found) return without_result(data, FitStatus::not_converged);
        solutions.push_back(*found);
        for (std::size_t p = 0; p < sums.size(); ++p) {
            sums[p] += stack.judge(f, std::span{solutions[f]}.subspan(p * columns, columns));
        }
    }
    StackedFit fit;
    std::size_t chosen = 0;
    for (auto const& sum : sums) {
        fit.losses.push_back(sum.loss());
        if (fit.losses.back().squared_error < fit.losses[chosen].squared_error) {
            chosen = fit.losses.size() - 1;
        }
    }
    fit.chosen = static_cast<std::int64_t>(chosen);
    for (auto const& solution : solutions) {
        auto const own = std::span{solution}.subspan(chosen * columns, columns);
        fit.fold_coefficients.insert(fit.fold_coefficients.end(), own.begin(), own.end());
    }
    auto const to_all = stack.fit_without(std::nullopt, data.penalties.subspan(chosen, 1));
    if (!to_all) return without_result(data, FitStatus::not_converged);
    fit.coefficients = *to_all;
    predict(data, fit);
    return fit;
}

}  // namespace maniple
