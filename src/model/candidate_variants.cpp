#include "candidate_variants.hpp"

#include <algorithm>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/genotype/genotype_values.hpp"

namespace maniple {
namespace {

// Rows that a product takes at once: bounds the memory of its integers.
constexpr std::int64_t rows_at_once = 1024;

GenotypeValues scaled_values(Standardisation const& way, double factor) {
    double const per_allele = way.inverse_sd * factor;
    return {-way.mean * per_allele, (1 - way.mean) * per_allele, (2 - way.mean) * per_allele, 0};
}

}  // namespace

CandidateVariants::CandidateVariants(SampleMask samples)
    : samples_{std::move(samples)},
      sample_count_{static_cast<double>(samples_.count())},
      row_words_{packed_stride(samples_.samples()) / 8} {}

PackedView CandidateVariants::rows(Places places) const {
    return {words_.span().subspan(static_cast<std::size_t>(places.first * row_words_),
                                  static_cast<std::size_t>(places.size() * row_words_)),
            places.size(), samples_.samples()};
}

void CandidateVariants::add(PackedView genotypes) {
    expect(genotypes.samples() == samples_.samples(), "genotypes are of all the cohort's samples");
    auto const before = size();
    auto const needed = (before + genotypes.variants()) * row_words_;
    if (needed > words_.size()) {
        AlignedBuffer<std::uint64_t> larger{std::max(needed, words_.size() / 4 * 5)};
        std::copy_n(words_.data(), before * row_words_, larger.data());
        words_ = std::move(larger);
    }
    std::ranges::copy(genotypes.words(), words_.data() + before * row_words_);
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
        ways_.push_back(standardisation_of(kernels().count(
            genotypes.row(v).data(), samples_.words().data(), std::ssize(genotypes.row(v)))));
        variants_.push_back(before + v.get());
        places_.push_back(before + v.get());
    }
}

void CandidateVariants::swap(std::int64_t a, std::int64_t b) {
    if (a == b) return;
    std::swap_ranges(words_.data() + a * row_words_, words_.data() + (a + 1) * row_words_,
                     words_.data() + b * row_words_);
    auto const i = static_cast<std::size_t>(a);
    auto const j = static_cast<std::size_t>(b);
    std::swap(ways_[i], ways_[j]);
    std::swap(variants_[i], variants_[j]);
    places_[static_cast<std::size_t>(variants_[i])] = a;
    places_[static_cast<std::size_t>(variants_[j])] = b;
}

void CandidateVariants::multiply(Places places, FixedPointMatrix const& columns,
                                 MatrixView<double> products) {
    expect(products.rows() == columns.columns() && products.columns() == places.size(),
           "one product per column and place");
    if (workspace_columns_ < columns.columns()) {
        workspace_columns_ = columns.columns();
        workspace_.emplace(samples_.samples(), workspace_columns_, rows_at_once);
    }
    sample_set_.assign(static_cast<std::size_t>(columns.columns()), 0);
    for (auto first = places.first; first < places.last; first += rows_at_once) {
        Places const some{first, std::min(first + rows_at_once, places.last)};
        multiply_standardised(
            rows(some), {.values = columns, .sample_sets = sample_set_, .samples = samples_},
            MatrixView<Standardisation const>{ways_.data() + first, 1, some.size()}, *workspace_,
            MatrixView<double>{products.data() + (first - places.first), products.rows(),
                               some.size(), products.row_stride()});
    }
}

void CandidateVariants::add_to_predictor(std::span<double const> coefficients,
                                         std::span<double> predictor) const {
    std::vector<LocalVariantIndex> chosen;
    std::vector<GenotypeValues> values;
    for (std::size_t p = 0; p < coefficients.size(); ++p) {
        if (coefficients[p] == 0) continue;
        chosen.emplace_back(static_cast<std::int64_t>(p));
        values.push_back(scaled_values(ways_[p], coefficients[p]));
    }
    if (!chosen.empty()) add_genotype_values(rows({0, size()}), chosen, values, predictor);
}

void CandidateVariants::standardise(std::int64_t place, std::span<double> genotypes) const {
    std::ranges::fill(genotypes, 0.0);
    LocalVariantIndex const row{0};
    auto const values = scaled_values(way(place), 1);
    add_genotype_values(rows({place, place + 1}), {&row, 1}, {&values, 1}, genotypes);
}

}  // namespace maniple
