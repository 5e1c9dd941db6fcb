#include "block_standard.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/linalg/dense_matrix.hpp"

namespace maniple {
namespace {

// A smaller SD is none.
constexpr double smallest_sd = 2e-6;
// Where covariates leave a smaller share of the variance, fixed point is too coarse for what is
// left.
constexpr double smallest_share = 1e-6;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// Columns of the left, then of the right.
std::vector<double> side_by_side(MatrixView<double const> left, MatrixView<double const> right) {
    std::vector<double> both;
    both.reserve(at(left.rows() * (left.columns() + right.columns())));
    for (std::int64_t r = 0; r < left.rows(); ++r) {
        both.insert(both.end(), left.row(r).begin(), left.row(r).end());
        both.insert(both.end(), right.row(r).begin(), right.row(r).end());
    }
    return both;
}

}  // namespace

BlockStandard::BlockStandard(BlockSums const& base, std::span<LocalVariantIndex const> incomplete,
                             std::span<double const> units, std::int64_t rank)
    : rank_{rank},
      incomplete_{incomplete},
      units_{units},
      slot_(at(base.variants()), -1),
      mean_(at(base.variants())),
      inverse_sd_(at(base.variants())),
      projection_(at(base.variants() * rank)) {
    for (std::size_t k = 0; k < incomplete.size(); ++k)
        slot_[incomplete[k].at()] = static_cast<std::int64_t>(k);
    auto const freedom = static_cast<double>(base.samples - rank);
    for (std::int64_t v = 0; v < base.variants(); ++v) {
        auto const called = static_cast<double>(base.samples - base.missing[at(v)]);
        auto const alleles = static_cast<double>(base.alleles[at(v)]);
        if (called > 0) mean_[at(v)] = alleles / called;
        auto const own = static_cast<double>(base.gram(v, v)) - alleles * mean_[at(v)];
        double explained = 0;
        for (std::int64_t k = 0; k < rank; ++k) {
            auto const product = centred_product(base, k, v);
            projection_[at(v * rank + k)] = product;
            explained += product * product;
        }
        auto const left = own - explained;
        if (left > smallest_sd * smallest_sd * freedom && left > smallest_share * own) {
            inverse_sd_[at(v)] = std::sqrt(freedom / left);
        } else {
            ++dropped_;
        }
    }
}

double BlockStandard::centred_product(BlockSums const& sums, std::int64_t c,
                                      std::int64_t variant) const {
    auto const slot = slot_[at(variant)];
    auto const total = sums.totals[at(c)] - (slot < 0 ? 0 : sums.missing_product(c, slot));
    auto const product = static_cast<double>(sums.product(c, variant));
    return (product - mean_[at(variant)] * static_cast<double>(total)) * units_[at(c)];
}

// Sums of (g - mean) (g - mean)' as if no genotype were missing but those that count 0.
void BlockStandard::centre_gram(BlockSums const& sums, MatrixView<double> gram) const {
    std::vector<double> alleles(sums.alleles.begin(), sums.alleles.end());
    std::vector<double> missing(sums.missing.begin(), sums.missing.end());
    auto const samples = static_cast<double>(sums.samples);
    for (std::int64_t i = 0; i < variants(); ++i) {
        auto const* const integers = sums.gram_row(i);
        auto* const row = gram.row(i).data();
        auto const own_mean = mean_[at(i)];
        auto const own_alleles = alleles[at(i)];
        auto const called = samples - missing[at(i)];
        for (std::int64_t j = 0; j <= i; ++j) {
            row[j] = integers[j] - mean_[at(j)] * own_alleles - own_mean * alleles[at(j)] +
                     own_mean * mean_[at(j)] * (called - missing[at(j)]);
        }
    }
}

// What the products of means with genotypes counted too much where these are missing.
void BlockStandard::add_missing(BlockSums const& sums, MatrixView<double> gram) const {
    auto const count = std::ssize(incomplete_);
    auto const crossed = sums.crossed();
    auto const both = sums.both();
    std::vector<double> turned(at(count * variants()));
    constexpr std::int64_t square = 32;
    for (std::int64_t i0 = 0; i0 < variants(); i0 += square) {
        for (std::int64_t k = 0; k < count; ++k) {
            for (auto i = i0; i < std::min(i0 + square, variants()); ++i)
                turned[at(k * variants() + i)] = crossed(i, k);
        }
    }
    for (std::int64_t i = 0; i < variants(); ++i) {
        auto* const row = gram.row(i).data();
        auto const own_mean = mean_[at(i)];
        auto const slot = slot_[at(i)];
        for (std::int64_t k = 0; k < count; ++k) {
            auto const j = incomplete_[at(k)].get();
            if (j > i) break;
            auto const lacked = slot < 0 ? 0 : both(slot, k);
            row[j] += mean_[at(j)] * (crossed(i, k) + own_mean * lacked);
        }
        if (slot < 0) continue;
        auto const* const own = turned.data() + slot * variants();
        for (std::int64_t j = 0; j <= i; ++j) row[j] += own_mean * own[j];
    }
}

std::vector<double> BlockStandard::offsets() const {
    return side_by_side(projection(), {mean_.data(), variants(), 1});
}

void BlockStandard::assemble_gram(BlockSums const& sums, std::span<double const> basis_gram,
                                  MatrixView<double> gram) const {
    centre_gram(sums, gram);
    if (!incomplete_.empty()) add_missing(sums, gram);
    // With P = sums of (g - mean) q', a = projection, S = sums of q q': P a' + a P' - a S a'
    // = W a' + a W', W = P - a S / 2.
    std::vector<double> remainder(at(variants() * rank_));
    for (std::int64_t v = 0; v < variants(); ++v) {
        auto const* const own = projection_.data() + v * rank_;
        for (std::int64_t k = 0; k < rank_; ++k) {
            double within = 0;
            for (std::int64_t l = 0; l < rank_; ++l)
                within += own[l] * basis_gram[at(l * rank_ + k)];
            remainder[at(v * rank_ + k)] = centred_product(sums, k, v) - within / 2;
        }
    }
    MatrixView<double const> const w{remainder.data(), variants(), rank_};
    auto left = side_by_side(w, projection());
    auto right = side_by_side(projection(), w);
    MatrixView<double const> const left_view{left.data(), variants(), 2 * rank_};
    MatrixView<double const> const right_view{right.data(), variants(), 2 * rank_};
    subtract_product(left_view, Factor{right_view}.transposed(), gram);
    for (std::int64_t i = 0; i < variants(); ++i) {
        auto* const row = gram.row(i).data();
        for (std::int64_t j = 0; j <= i; ++j) row[j] *= inverse_sd_[at(i)] * inverse_sd_[at(j)];
    }
}

void BlockStandard::assemble_products(BlockSums const& sums, std::span<double const> basis_columns,
                                      MatrixView<double> products) const {
    for (std::int64_t v = 0; v < variants(); ++v) {
        auto const row = products.row(v);
        for (std::int64_t c = 0; c < products.columns(); ++c)
            row[at(c)] = centred_product(sums, rank_ + c, v);
    }
    subtract_product(projection(),
                     MatrixView<double const>{basis_columns.data(), rank_, products.columns()},
                     products);
    for (std::int64_t v = 0; v < variants(); ++v) {
        for (auto& value : products.row(v)) value *= inverse_sd_[at(v)];
    }
}

}  // namespace maniple
