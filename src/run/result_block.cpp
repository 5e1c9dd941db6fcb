#include "maniple/run/result_block.hpp"

#include <utility>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Arrays in falling order of alignment, so that each starts aligned.
struct Layout {
    explicit Layout(std::int64_t cells)
        : standard_error{8 * cells},
          neg_log10_p{12 * cells},
          frequency{16 * cells},
          samples{20 * cells},
          status{24 * cells},
          size{25 * cells} {}

    std::int64_t standard_error, neg_log10_p, frequency, samples, status, size;
};

template <class T, class Byte>
T* array_at(Byte* bytes, std::int64_t offset) {
    return reinterpret_cast<T*>(bytes + offset);
}

}  // namespace

std::size_t ResultBlock::size_of(std::int64_t rows, std::int64_t traits) {
    return static_cast<std::size_t>(Layout{rows * traits}.size);
}

ResultBlock::ResultBlock(std::int64_t rows, std::int64_t traits, mpi::Bytes bytes)
    : rows_{rows}, traits_{traits}, bytes_{std::move(bytes)} {
    expect(bytes_.size() == size_of(rows, traits), "the bytes are a block of this shape");
}

ResultBlock ResultBlock::pack(std::int64_t rows, std::int64_t traits,
                              std::span<LinearTest const> tests) {
    expect(std::ssize(tests) == rows * traits, "one test per row and trait");
    Layout const layout{rows * traits};
    mpi::Bytes bytes(static_cast<std::size_t>(layout.size));
    auto* const start = bytes.data();
    for (std::int64_t t = 0; t < traits; ++t) {
        for (std::int64_t r = 0; r < rows; ++r) {
            auto const& test = tests[static_cast<std::size_t>(r * traits + t)];
            auto const cell = t * rows + r;
            array_at<double>(start, 0)[cell] = test.beta;
            array_at<float>(start, layout.standard_error)[cell] =
                static_cast<float>(test.standard_error);
            array_at<float>(start, layout.neg_log10_p)[cell] = static_cast<float>(test.neg_log10_p);
            array_at<float>(start, layout.frequency)[cell] =
                static_cast<float>(test.alternate_frequency);
            array_at<std::int32_t>(start, layout.samples)[cell] =
                static_cast<std::int32_t>(test.samples);
            array_at<std::uint8_t>(start, layout.status)[cell] =
                static_cast<std::uint8_t>(test.status);
        }
    }
    return {rows, traits, std::move(bytes)};
}

std::vector<ResultRows> ResultBlock::rows() const {
    Layout const layout{rows_ * traits_};
    auto const* const start = bytes_.data();
    auto const count = static_cast<std::size_t>(rows_);
    std::vector<ResultRows> all;
    for (std::int64_t t = 0; t < traits_; ++t) {
        auto const cell = t * rows_;
        all.push_back(
            {.beta = {array_at<double const>(start, 0) + cell, count},
             .standard_error = {array_at<float const>(start, layout.standard_error) + cell, count},
             .neg_log10_p = {array_at<float const>(start, layout.neg_log10_p) + cell, count},
             .status = {array_at<std::uint8_t const>(start, layout.status) + cell, count},
             .samples = {array_at<std::int32_t const>(start, layout.samples) + cell, count},
             .effect_allele_frequency = {array_at<float const>(start, layout.frequency) + cell,
                                         count}});
    }
    return all;
}

}  // namespace maniple
