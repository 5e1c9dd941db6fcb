#include "lacked_genotypes.hpp"

#include <algorithm>
#include <bit>

#include "maniple/linalg/dense_matrix.hpp"

namespace maniple {
namespace {

constexpr std::uint64_t low_bits = 0x5555555555555555;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// Both orders of the same genotypes.
PackedBlock select_by_variant(std::span<SampleMajorBlock const> turned,
                              std::span<SampleIndex const> samples, std::int64_t variants) {
    PackedBlock block{variants, std::ssize(samples)};
    auto room = block.words();
    for (auto const& part : turned) {
        part.select(samples, room);
        room = room.subspan(at(part.selection_words(std::ssize(samples))));
    }
    return block;
}

PackedBlock select_by_sample(std::span<SampleMajorBlock const> turned,
                             std::span<SampleIndex const> samples, std::int64_t variants) {
    PackedBlock block{std::ssize(samples), variants};
    auto* to = block.words().data();
    for (auto s : samples) {
        for (auto const& part : turned) to = std::ranges::copy(part.row(s), to).out;
    }
    return block;
}

}  // namespace

LackedGenotypes::LackedGenotypes(BlockStandard const& standard, std::int64_t penalties)
    : standard_{standard}, penalties_{penalties}, offsets_{standard.offsets()} {}

void LackedGenotypes::add(std::span<SampleMajorBlock const> turned, LackedSamples const& lacked,
                          std::span<std::int64_t const> traits) {
    auto const samples = std::ssize(lacked.samples);
    auto const variants = standard_.variants();
    Pattern pattern{
        .by_variant = select_by_variant(turned, lacked.samples, variants),
        .by_sample = select_by_sample(turned, lacked.samples, variants),
        .basis = {lacked.basis_rows.data(), samples, std::ssize(lacked.basis_rows) / samples},
        .missing = {},
        .first = std::ssize(traits_),
        .count = std::ssize(traits)};
    auto const view = pattern.by_variant.view();
    for (auto v : standard_.incomplete()) {
        auto const row = view.row(v);
        for (std::size_t w = 0; w < row.size(); ++w) {
            for (auto rest = row[w] & row[w] >> 1 & low_bits; rest != 0; rest &= rest - 1) {
                auto const s = static_cast<std::int32_t>(w) * 32 + std::countr_zero(rest) / 2;
                pattern.missing.push_back({s, static_cast<std::int32_t>(v.get())});
            }
        }
    }
    patterns_.push_back(std::move(pattern));
    traits_.insert(traits_.end(), traits.begin(), traits.end());
}

void LackedGenotypes::gather(Pattern const& pattern, MatrixView<double const> from,
                             std::vector<double>& to) const {
    to.resize(at(from.rows() * penalties_ * pattern.count));
    auto* out = to.data();
    for (std::int64_t r = 0; r < from.rows(); ++r) {
        auto const* row = from.data() + r * from.row_stride() + pattern.first;
        for (std::int64_t h = 0; h < penalties_; ++h, row += std::ssize(traits_))
            out = std::copy_n(row, pattern.count, out);
    }
}

void LackedGenotypes::scatter(Pattern const& pattern, std::vector<double> const& from,
                              MatrixView<double> to) const {
    auto const* in = from.data();
    for (std::int64_t r = 0; r < to.rows(); ++r) {
        auto* row = to.data() + r * to.row_stride() + pattern.first;
        for (std::int64_t h = 0; h < penalties_; ++h, row += std::ssize(traits_)) {
            std::copy_n(in, pattern.count, row);
            in += pattern.count;
        }
    }
}

void LackedGenotypes::multiply(Pattern const& pattern, MatrixView<double const> weights,
                               MatrixView<double const> slopes, MatrixView<double> products,
                               MatrixView<double> basis_products) {
    auto const width = penalties_ * pattern.count;
    auto const variants = standard_.variants();
    auto const samples = pattern.basis.rows();
    gather(pattern, weights, weights_);
    gather(pattern, slopes, slopes_);
    values_.resize(at(samples * width));
    products_.resize(at(variants * width));
    basis_products_.assign(at(pattern.basis.columns() * width), 0.0);
    MatrixView<double> const values{values_.data(), samples, width};
    multiply_rounded(pattern.by_sample.view(),
                     MatrixView<double const>{weights_.data(), variants, width}, workspace_,
                     values);
    auto const mean = standard_.mean();
    for (auto const& missing : pattern.missing) {
        auto* const value = values_.data() + missing.sample * width;
        auto const* const weight = weights_.data() + missing.variant * width;
        for (std::int64_t c = 0; c < width; ++c) value[c] += mean[at(missing.variant)] * weight[c];
    }
    subtract_product(pattern.basis,
                     MatrixView<double const>{slopes_.data(), pattern.basis.columns(), width},
                     values);

    multiply_rounded(pattern.by_variant.view(), values, workspace_,
                     {products_.data(), variants, width});
    for (auto const& missing : pattern.missing) {
        auto* const product = products_.data() + missing.variant * width;
        auto const* const value = values_.data() + missing.sample * width;
        for (std::int64_t c = 0; c < width; ++c) product[c] += mean[at(missing.variant)] * value[c];
    }
    add_product(Factor{pattern.basis}.transposed(), values,
                {basis_products_.data(), pattern.basis.columns(), width});
    scatter(pattern, products_, products);
    scatter(pattern, basis_products_, basis_products);
}

void LackedGenotypes::multiply(MatrixView<double const> from, MatrixView<double> to) {
    auto const variants = standard_.variants();
    auto const width = from.columns();
    auto const rank = std::ssize(offsets_) / variants;
    auto const inverse_sd = standard_.inverse_sd();
    std::vector<double> weights(at(variants * width));
    std::vector<double> slopes(at(rank * width));
    std::vector<double> basis_products(at(rank * width));
    MatrixView<double> const weight_view{weights.data(), variants, width};
    MatrixView<double> const slope_view{slopes.data(), rank, width};
    MatrixView<double> const basis_view{basis_products.data(), rank, width};
    MatrixView<double const> const offsets{offsets_.data(), variants, rank};
    for (std::int64_t v = 0; v < variants; ++v) {
        auto const* const row = from.data() + v * from.row_stride();
        for (std::int64_t c = 0; c < width; ++c) weight_view(v, c) = row[c] * inverse_sd[at(v)];
    }
    add_product(Factor{offsets}.transposed(), weight_view, slope_view);
    for (auto const& pattern : patterns_)
        multiply(pattern, weight_view, slope_view, to, basis_view);
    subtract_product(offsets, basis_view, to);
    for (std::int64_t v = 0; v < variants; ++v) {
        auto* const row = to.data() + v * to.row_stride();
        for (std::int64_t c = 0; c < width; ++c) row[c] *= inverse_sd[at(v)];
    }
}

}  // namespace maniple
