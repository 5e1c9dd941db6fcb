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

LackedGenotypes::LackedGenotypes(BlockStandard const& standard, std::int64_t penalties,
                                 LackedWorkspace& workspace)
    : standard_{standard}, penalties_{penalties}, offsets_{standard.offsets()}, work_{workspace} {}

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

void LackedGenotypes::gather(Pattern const& pattern, std::vector<double> const& from,
                             std::int64_t rows, std::vector<double>& to) const {
    auto const width = pad_lanes(penalties_ * pattern.count);
    to.assign(at(rows * width), 0.0);
    auto const* row = from.data() + pattern.first;
    for (std::int64_t r = 0; r < rows; ++r) {
        auto* out = to.data() + r * width;
        for (std::int64_t h = 0; h < penalties_; ++h, row += stride()) {
            // Mostly there is one: not worth a call.
            for (std::int64_t k = 0; k < pattern.count; ++k) *out++ = row[k];
        }
    }
}

void LackedGenotypes::scatter(Pattern const& pattern, std::vector<double> const& from,
                              MatrixView<double> to) const {
    auto const width = pad_lanes(penalties_ * pattern.count);
    for (std::int64_t r = 0; r < to.rows(); ++r) {
        auto const* in = from.data() + r * width;
        auto* row = to.data() + r * to.row_stride() + pattern.first;
        for (std::int64_t h = 0; h < penalties_; ++h, row += stride()) {
            for (std::int64_t k = 0; k < pattern.count; ++k) row[k] = *in++;
        }
    }
}

// Missing genotypes count as the mean.
void LackedGenotypes::multiply(Pattern const& pattern, MatrixView<double> products,
                               MatrixView<double> basis_products) {
    auto const count = penalties_ * pattern.count;
    auto const width = pad_lanes(count);
    auto const variants = standard_.variants();
    auto const samples = pattern.basis.rows();
    auto const rank = pattern.basis.columns();
    gather(pattern, work_.weights, variants, work_.own_weights);
    gather(pattern, work_.slopes, rank, work_.own_slopes);
    work_.values.assign(at(samples * width), 0.0);
    work_.own_products.resize(at(variants * width));
    auto const columns = [&](std::vector<double>& all, std::int64_t rows) {
        return MatrixView<double>{all.data(), rows, count, width};
    };
    auto const values = columns(work_.values, samples);
    auto const weights = columns(work_.own_weights, variants);
    auto const own_products = columns(work_.own_products, variants);
    ProjectionTask const projection{.samples = samples,
                                    .rank = rank,
                                    .width = width,
                                    .basis = pattern.basis.data(),
                                    .values = work_.values.data(),
                                    .slopes = work_.own_slopes.data()};
    auto const mean = standard_.mean();

    multiply_rounded(pattern.by_sample.view(), weights, work_.product, values);
    for (auto const& missing : pattern.missing) {
        auto* const value = values.row(missing.sample).data();
        auto const* const weight = weights.row(missing.variant).data();
        auto const own_mean = mean[at(missing.variant)];
        for (std::int64_t c = 0; c < count; ++c) value[c] += own_mean * weight[c];
    }
    ridge_forms().subtract_projection(projection);

    multiply_rounded(pattern.by_variant.view(), values, work_.product, own_products);
    for (auto const& missing : pattern.missing) {
        auto* const product = own_products.row(missing.variant).data();
        auto const* const value = values.row(missing.sample).data();
        auto const own_mean = mean[at(missing.variant)];
        for (std::int64_t c = 0; c < count; ++c) product[c] += own_mean * value[c];
    }
    ridge_forms().project(projection);
    scatter(pattern, work_.own_products, products);
    scatter(pattern, work_.own_slopes, basis_products);
}

void LackedGenotypes::clear_padding(MatrixView<double> to) const {
    auto const traits = std::ssize(traits_);
    for (std::int64_t v = 0; v < to.rows(); ++v) {
        auto* row = to.data() + v * to.row_stride();
        for (std::int64_t h = 0; h < penalties_; ++h, row += stride())
            std::fill(row + traits, row + stride(), 0.0);
    }
}

void LackedGenotypes::multiply(MatrixView<double const> from, MatrixView<double> to) {
    auto const variants = standard_.variants();
    auto const width = from.columns();
    auto const rank = std::ssize(offsets_) / variants;
    auto const inverse_sd = standard_.inverse_sd();
    work_.weights.resize(at(variants * width));
    work_.slopes.assign(at(rank * width), 0.0);
    work_.basis_products.assign(at(rank * width), 0.0);
    for (std::int64_t v = 0; v < variants; ++v) {
        auto const* const row = from.data() + v * from.row_stride();
        auto* const weights = work_.weights.data() + v * width;
        auto const scale = inverse_sd[at(v)];
        for (std::int64_t c = 0; c < width; ++c) weights[c] = row[c] * scale;
    }
    MatrixView<double const> const offsets{offsets_.data(), variants, rank};
    add_product(Factor{offsets}.transposed(),
                MatrixView<double const>{work_.weights.data(), variants, width},
                {work_.slopes.data(), rank, width});
    MatrixView<double> const basis_products{work_.basis_products.data(), rank, width};
    clear_padding(to);
    for (auto const& pattern : patterns_) multiply(pattern, to, basis_products);
    subtract_product(offsets, basis_products, to);
    for (std::int64_t v = 0; v < variants; ++v) {
        auto* const row = to.data() + v * to.row_stride();
        auto const scale = inverse_sd[at(v)];
        for (std::int64_t c = 0; c < width; ++c) row[c] *= scale;
    }
}

}  // namespace maniple
