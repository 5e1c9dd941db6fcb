/// \file  The numbers of one unit of a scan, before they are compressed.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/model/linear_scan.hpp"

namespace maniple {

/// Arrays traits x rows, and patterns x rows for what traits of one missingness pattern share.
class UnitArrays {
public:
    /// \pre all are positive
    UnitArrays(std::int64_t traits, std::int64_t patterns, std::int64_t rows);

    static std::int64_t bytes(std::int64_t traits, std::int64_t patterns, std::int64_t rows);

    /// Where the results of some of the rows go. \pre 0 <= first; first + rows <= this->rows
    LinearTests tests(std::int64_t first, std::int64_t rows);

    /// The first `rows` results of one trait, or of one pattern.
    std::span<double const> beta(std::int64_t trait, std::int64_t rows) const {
        return row(beta_, trait, rows);
    }
    std::span<float const> standard_error(std::int64_t trait, std::int64_t rows) const {
        return row(standard_error_, trait, rows);
    }
    std::span<float const> neg_log10_p(std::int64_t trait, std::int64_t rows) const {
        return row(neg_log10_p_, trait, rows);
    }
    std::span<std::uint8_t const> status(std::int64_t trait, std::int64_t rows) const {
        return row(status_, trait, rows);
    }
    std::span<std::int32_t const> samples(std::int64_t pattern, std::int64_t rows) const {
        return row(samples_, pattern, rows);
    }
    std::span<float const> alternate_frequency(std::int64_t pattern, std::int64_t rows) const {
        return row(alternate_frequency_, pattern, rows);
    }

private:
    template <class T>
    std::span<T const> row(AlignedBuffer<T> const& array, std::int64_t r, std::int64_t rows) const {
        return array.span().subspan(static_cast<std::size_t>(r * stride_),
                                    static_cast<std::size_t>(rows));
    }

    std::int64_t traits_;
    std::int64_t patterns_;
    std::int64_t stride_;
    AlignedBuffer<double> beta_;
    AlignedBuffer<float> standard_error_;
    AlignedBuffer<float> neg_log10_p_;
    AlignedBuffer<std::uint8_t> status_;
    AlignedBuffer<float> alternate_frequency_;
    AlignedBuffer<std::int32_t> samples_;
};

}  // namespace maniple
