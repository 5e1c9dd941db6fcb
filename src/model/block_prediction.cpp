#include "block_prediction.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/linalg/dense_matrix.hpp"
#include "ridge_forms.hpp"

namespace maniple {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

constexpr std::size_t lanes = 8;

// Sums of values and of their squares, always in the same eight chains.
struct Moments {
    double sum = 0;
    double squares = 0;
};

Moments measure(std::span<float const> values) {
    double sums[lanes] = {};
    double squares[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= values.size(); i += lanes) {
        for (std::size_t k = 0; k < lanes; ++k) {
            double const value = values[i + k];
            sums[k] += value;
            squares[k] += value * value;
        }
    }
    for (std::size_t k = 0; i < values.size(); ++i, ++k) {
        double const value = values[i];
        sums[k] += value;
        squares[k] += value * value;
    }
    Moments all;
    for (std::size_t k = 0; k < lanes; ++k) {
        all.sum += sums[k];
        all.squares += squares[k];
    }
    return all;
}

double missing_share(PackedView genotypes) {
    std::int64_t missing = 0;
    for (auto word : genotypes.words())
        missing += __builtin_popcountll(word & word >> 1 & 0x5555555555555555U);
    return static_cast<double>(missing) /
           static_cast<double>(genotypes.variants() * genotypes.samples());
}

// Values (samples x width) where they belong.
void write(std::span<float const> values, std::int64_t width,
           std::span<std::int64_t const> positions, std::span<float* const> predictions) {
    constexpr std::size_t together = 16;  // Samples whose values stay in the first-level cache.
    for (std::size_t i0 = 0; i0 < positions.size(); i0 += together) {
        auto const last = std::min(i0 + together, positions.size());
        for (std::size_t c = 0; c < predictions.size(); ++c) {
            auto* const to = predictions[c];
            auto const* const from = values.data() + c;
            for (auto i = i0; i < last; ++i)
                to[positions[i]] = from[static_cast<std::int64_t>(i) * width];
        }
    }
}

}  // namespace

void BlockPrediction::assign(PackedView genotypes, BlockStandard const& standard,
                             MatrixView<double const> weights, PredictionWorkspace& workspace) {
    rows_.clear();
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v)
        rows_.push_back(genotypes.row(v));
    auto const variants = weights.columns();
    scores_ = weights.rows();
    width_ = pad_lanes(scores_);
    workspace.allele_weights.resize(at(scores_ * variants));
    scales_.resize(at(scores_));
    units_.assign(at(width_), 0.0);
    constants_.assign(at(width_), 0.0);
    auto const mean = standard.mean();
    for (std::int64_t c = 0; c < scores_; ++c) {
        auto* const own = workspace.allele_weights.data() + c * variants;
        double largest = 0;
        double total = 0;
        double constant = 0;
        for (std::int64_t v = 0; v < variants; ++v) {
            own[v] = weights(c, v) * standard.inverse_sd()[at(v)];
            largest = std::max(largest, std::abs(own[v]));
            total += std::abs(own[v]);
            constant += own[v] * mean[at(v)];
        }
        scales_[at(c)] = choose_score_scale(largest, total);
        units_[at(c)] = 1 / scales_[at(c)];
        constants_[at(c)] = constant;
    }
    MatrixView<double const> const own{workspace.allele_weights.data(), scores_, variants};
    auto const projection = standard.projection();
    rank_ = projection.columns();
    slopes_.assign(at(rank_ * width_), 0.0);
    add_product(Factor{projection}.transposed(), Factor{own}.transposed(),
                {slopes_.data(), rank_, scores_, width_});
    tile_.assign(own, scales_, mean,
                 missing_share(genotypes) > ScoreTile::many_missing ? MissingShare::many
                                                                    : MissingShare::few);
}

void BlockPrediction::predict(std::int64_t chunk, RidgeFold const& fold,
                              PredictionWorkspace& workspace,
                              std::span<float* const> predictions) const {
    auto const first = chunk * score_chunk;
    auto const count = std::min(score_chunk, std::ssize(fold.positions) - first);
    if (count <= 0) return;
    workspace.sums.assign(at(count * width_), 0);
    workspace.values.resize(at(count * width_));
    workspace.row.resize(at(width_));
    add_scores(rows_, tile_, {SampleIndex{first}, SampleIndex{first + count}}, workspace.scores,
               {workspace.sums.data(), count, scores_, width_});
    ridge_forms().predict({.samples = count,
                           .width = width_,
                           .rank = rank_,
                           .sums = workspace.sums.data(),
                           .units = units_.data(),
                           .constants = constants_.data(),
                           .basis = fold.basis.data() + first * rank_,
                           .slopes = slopes_.data(),
                           .row = workspace.row.data(),
                           .values = workspace.values.data()});
    write(workspace.values, width_, {fold.positions.data() + first, at(count)}, predictions);
}

double standardise(std::span<std::int64_t const> lacked, std::span<float> predictor) {
    for (auto p : lacked) predictor[at(p)] = 0;
    auto const count = static_cast<double>(std::ssize(predictor) - std::ssize(lacked));
    auto const moments = measure(predictor);
    auto const mean = count > 0 ? moments.sum / count : 0.0;
    auto const squares = moments.squares - moments.sum * mean;
    // Rounding to float32 leaves less than that where a predictor does not vary.
    constexpr double smallest_share = 1e-12;
    bool const varies = squares > smallest_share * moments.squares;
    auto const inverse_sd = varies ? std::sqrt((count - 1) / squares) : 0.0;
    for (auto& value : predictor) value = static_cast<float>((value - mean) * inverse_sd);
    for (auto p : lacked) predictor[at(p)] = 0;
    return varies ? 1 / inverse_sd : 0.0;
}

}  // namespace maniple
