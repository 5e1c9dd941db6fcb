#include "logistic_passes.hpp"

#include <algorithm>

#include "logistic_lanes.hpp"
#include "maniple/linalg/dense_matrix.hpp"

namespace maniple {
namespace {

constexpr std::int64_t padded(std::int64_t count) {
    return (count + logistic_lane_width - 1) / logistic_lane_width * logistic_lane_width;
}

}  // namespace

LogisticPasses::LogisticPasses(StackedData const& data, std::span<std::uint8_t const> is_case,
                               std::span<double const> offset, std::int64_t places)
    : data_{data},
      stride_{(data.predictors.columns() + block - 1) / block * block},
      offset_(static_cast<std::size_t>(stride_)),
      sign_(offset_.size(), 1),
      weights_{places * stride_} {
    for (std::size_t s = 0; s < data.folds.size(); ++s) {
        if (data.folds[s] < 0) continue;
        offset_[s] = offset[s];
        sign_[s] = is_case[s] != 0 ? 1 : -1;
        ++(is_case[s] != 0 ? cases_ : controls_);
    }
}

MatrixView<float const> LogisticPasses::predictors(Block samples) const {
    auto const& x = data_.predictors;
    return {x.data() + samples.first, x.rows(), samples.count, x.row_stride()};
}

double* LogisticPasses::weights(std::int64_t place, std::int64_t sample) const {
    return weights_.data() + place * stride_ + sample;
}

LogisticPasses::Block LogisticPasses::next_block(std::int64_t first) const {
    return {first, std::min(block, data_.predictors.columns() - first)};
}

// Overwrites the fit's predictor with its residuals, 0 for samples that take no part in it.
void LogisticPasses::evaluate(LogisticFit& fit, Block samples, double* predictor) {
    double residual[block];
    double log_likelihood[block];
    auto* const weight = weights(fit.place, samples.first);
    evaluate_logistic({.predictor = predictor,
                       .sign = sign_.data() + samples.first,
                       .count = padded(samples.count),
                       .residual = residual,
                       .weight = weight,
                       .log_likelihood = log_likelihood});
    auto const* const folds = data_.folds.data() + samples.first;
    for (std::int64_t i = 0; i < samples.count; ++i) {
        auto const takes_part = folds[i] >= 0 && folds[i] != fit.left_out;
        fit.log_likelihood += takes_part ? log_likelihood[i] : 0;
        predictor[i] = takes_part ? residual[i] : 0;
        weight[i] = takes_part ? weight[i] : 0;
    }
}

void LogisticPasses::judge(LogisticFit const& fit, Block samples, double const* predictor,
                           PredictionSums& sums) const {
    double residual[block];
    double weight[block];
    double log_likelihood[block];
    evaluate_logistic({.predictor = predictor,
                       .sign = sign_.data() + samples.first,
                       .count = padded(samples.count),
                       .residual = residual,
                       .weight = weight,
                       .log_likelihood = log_likelihood});
    for (std::int64_t i = 0; i < samples.count; ++i) {
        auto const at = static_cast<std::size_t>(samples.first + i);
        if (data_.folds[at] != fit.left_out) continue;
        auto const y = sign_[at] > 0 ? 1.0 : 0.0;
        auto const p = y - residual[i];
        sums += {.samples = 1,
                 .y = y,
                 .yy = y,
                 .p = p,
                 .pp = p * p,
                 .py = p * y,
                 .log_likelihood = log_likelihood[i]};
    }
}

std::vector<PredictionSums> LogisticPasses::judge(std::span<LogisticFit const> fits,
                                                  MatrixView<double const> coefficients) const {
    auto const rows = std::ssize(fits);
    std::vector<PredictionSums> sums(fits.size());
    AlignedBuffer<double> buffer{rows * block};
    for (std::int64_t first = 0; first < data_.predictors.columns(); first += block) {
        auto const samples = next_block(first);
        for (std::int64_t r = 0; r < rows; ++r) {
            std::copy_n(offset_.data() + first, block, buffer.data() + r * block);
        }
        add_product(coefficients, predictors(samples), {buffer.data(), rows, samples.count, block});
        for (std::size_t r = 0; r < fits.size(); ++r) {
            judge(fits[r], samples, buffer.data() + static_cast<std::int64_t>(r) * block, sums[r]);
        }
    }
    return sums;
}

void LogisticPasses::evaluate(std::span<LogisticFit> fits, MatrixView<double const> coefficients,
                              MatrixView<double> gradients) {
    auto const rows = std::ssize(fits);
    for (std::int64_t r = 0; r < rows; ++r) {
        auto& fit = fits[static_cast<std::size_t>(r)];
        fit.log_likelihood = 0;
        std::ranges::fill(gradients.row(r), 0);
    }
    AlignedBuffer<double> buffer{rows * block};
    for (std::int64_t first = 0; first < data_.predictors.columns(); first += block) {
        auto const samples = next_block(first);
        MatrixView<double> const predictor{buffer.data(), rows, samples.count, block};
        for (std::int64_t r = 0; r < rows; ++r) {
            std::copy_n(offset_.data() + first, block, buffer.data() + r * block);
        }
        auto const x = predictors(samples);
        add_product(coefficients, x, predictor);
        for (std::int64_t r = 0; r < rows; ++r) {
            evaluate(fits[static_cast<std::size_t>(r)], samples, buffer.data() + r * block);
        }
        add_product(predictor, Factor{x}.transposed(), gradients);
    }
}

void LogisticPasses::multiply(std::span<LogisticFit const> fits,
                              MatrixView<double const> directions,
                              MatrixView<double> result) const {
    auto const rows = std::ssize(fits);
    for (std::int64_t r = 0; r < rows; ++r) std::ranges::fill(result.row(r), 0);
    AlignedBuffer<double> buffer{rows * block};
    for (std::int64_t first = 0; first < data_.predictors.columns(); first += block) {
        auto const samples = next_block(first);
        MatrixView<double> const predictor{buffer.data(), rows, samples.count, block};
        std::ranges::fill(buffer.span(), 0);
        auto const x = predictors(samples);
        add_product(directions, x, predictor);
        for (std::int64_t r = 0; r < rows; ++r) {
            auto const* const weight = weights(fits[static_cast<std::size_t>(r)].place, first);
            auto* const own = buffer.data() + r * block;
            for (std::int64_t i = 0; i < samples.count; ++i) own[i] *= weight[i];
        }
        add_product(predictor, Factor{x}.transposed(), result);
    }
}

void LogisticPasses::add_null_curvature(MatrixView<double> matrix) {
    std::vector<double> weight(static_cast<std::size_t>(stride_));
    std::vector<double> unused(2 * weight.size());
    evaluate_logistic({.predictor = offset_.data(),
                       .sign = sign_.data(),
                       .count = stride_,
                       .residual = unused.data(),
                       .weight = weight.data(),
                       .log_likelihood = unused.data() + stride_});
    for (std::size_t s = 0; s < data_.folds.size(); ++s) {
        if (data_.folds[s] < 0) weight[s] = 0;
    }
    weight.resize(data_.folds.size());
    add_gram(data_.predictors, matrix, {.weights = weight});
}

}  // namespace maniple
