#include "maniple/linalg/row_moments.hpp"

#include "maniple/core/contract.hpp"
#include "row_moment_forms.hpp"

namespace maniple {
namespace {

constexpr std::int64_t padded(std::int64_t columns) { return (columns + 7) / 8 * 8; }

// Without a branch for each: the sign says whether any lies outside.
bool are_rows(std::span<SampleIndex const> samples, std::int64_t rows) {
    std::int64_t signs = 0;
    for (auto s : samples) signs |= s.get() | (rows - 1 - s.get());
    return signs >= 0;
}

}  // namespace

static_assert(sizeof(SampleIndex) == sizeof(std::int64_t), "the forms read bare positions");

AddMoments* add_moments(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return add_moments_avx512;
        case InstructionSet::avx2:
            return add_moments_avx2;
#endif
        default:
            return add_moments_scalar;
    }
}

RowMoments::RowMoments(std::int64_t covariates, std::int64_t width)
    : sums_{padded(width)}, squares_{padded(width)}, products_{covariates * padded(width)} {
    expect(covariates >= 0 && covariates <= width, "covariates are columns");
}

void RowMoments::sum_over(std::span<SampleIndex const> samples,
                          MatrixView<std::int32_t const> integers, MomentColumns columns) {
    expect(columns.covariates >= 0 && columns.covariates <= columns.width,
           "covariates are columns");
    expect(columns.first >= 0 && columns.first + columns.width <= integers.columns(),
           "the columns lie inside the matrix");
    expect(padded(columns.width) <= sums_.size() &&
               columns.covariates * padded(columns.width) <= products_.size(),
           "there is room for the columns");
    expect(are_rows(samples, integers.rows()), "every sample is a row of the matrix");
    covariates_ = columns.covariates;
    width_ = columns.width;
    stride_ = padded(width_);
    if (width_ == 0) return;
    static auto* const add = add_moments(instruction_set());
    add({.samples = reinterpret_cast<std::int64_t const*>(samples.data()),
         .count = std::ssize(samples),
         .integers = integers.data() + columns.first,
         .row_stride = integers.row_stride(),
         .covariates = covariates_,
         .width = width_,
         .sums = sums_.data(),
         .squares = squares_.data(),
         .products = products_.data(),
         .product_stride = stride_});
    for (std::int64_t c = 0; c < covariates_; ++c) squares_[c] = product(c, c);
}

}  // namespace maniple
