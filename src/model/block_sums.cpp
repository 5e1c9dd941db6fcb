#include "block_sums.hpp"

#include "maniple/core/contract.hpp"
#include "maniple/genotype/kernels.hpp"

namespace maniple {
namespace {

template <class T>
void add_to(std::vector<T>& sums, std::vector<T> const& others) {
    expect(sums.size() == others.size(), "sums are of the same variants and columns");
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += others[i];
}

template <class T>
void subtract_from(std::vector<T>& sums, std::vector<T> const& others) {
    expect(sums.size() == others.size(), "sums are of the same variants and columns");
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] -= others[i];
}

}  // namespace

void BlockSums::assign(PackedView genotypes, std::span<LocalVariantIndex const> incomplete,
                       FixedPointMatrix const& columns, SumWorkspace& workspace) {
    auto const variants = genotypes.variants();
    auto const count = columns.columns();
    auto const size = [](std::int64_t rows, std::int64_t width) {
        return static_cast<std::size_t>(rows * width);
    };
    samples = genotypes.samples();
    alleles.resize(size(variants, 1));
    missing.resize(size(variants, 1));
    auto const count_row = kernels().count_all;
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        auto const row = genotypes.row(v);
        auto const counts = count_row(row.data(), std::ssize(row), samples);
        alleles[v.at()] = counts.alternate_alleles();
        missing[v.at()] = counts.missing;
    }
    totals.resize(size(count, 1));
    for (std::int64_t c = 0; c < count; ++c) totals[static_cast<std::size_t>(c)] = columns.total(c);

    gram_.resize(size(variants, variants));
    multiply_by_transpose(genotypes, workspace.gram, {gram_.data(), variants, variants});
    products_.resize(size(count, variants));
    multiply_genotypes(genotypes, columns, workspace.products, {products_.data(), count, variants});

    incomplete_ = std::ssize(incomplete);
    crossed_.resize(size(variants, incomplete_));
    both_.resize(size(incomplete_, incomplete_));
    missing_products_.resize(size(count, incomplete_));
    if (incomplete_ == 0) return;
    auto const words = incomplete_ * genotypes.words_per_row();
    if (workspace.marks.size() < words) workspace.marks = AlignedBuffer<std::uint64_t>{words};
    auto const marks = mark_missing(genotypes, incomplete, workspace.marks.span());
    multiply_by_transpose(genotypes, marks, workspace.gram,
                          {crossed_.data(), variants, incomplete_});
    multiply_by_transpose(marks, workspace.gram, {both_.data(), incomplete_, incomplete_});
    multiply_genotypes(marks, columns, workspace.products,
                       {missing_products_.data(), count, incomplete_});
}

void BlockSums::add(BlockSums const& other) {
    samples += other.samples;
    add_to(alleles, other.alleles);
    add_to(missing, other.missing);
    add_to(totals, other.totals);
    add_to(gram_, other.gram_);
    add_to(crossed_, other.crossed_);
    add_to(both_, other.both_);
    add_to(products_, other.products_);
    add_to(missing_products_, other.missing_products_);
}

void BlockSums::subtract(BlockSums const& other) {
    samples -= other.samples;
    subtract_from(alleles, other.alleles);
    subtract_from(missing, other.missing);
    subtract_from(totals, other.totals);
    subtract_from(gram_, other.gram_);
    subtract_from(crossed_, other.crossed_);
    subtract_from(both_, other.both_);
    subtract_from(products_, other.products_);
    subtract_from(missing_products_, other.missing_products_);
}

}  // namespace maniple
