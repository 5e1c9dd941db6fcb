#include "maniple/linalg/fixed_point.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "fixed_point_forms.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

// So that scales, and their inverses, are ordinary numbers for whatever tiny column.
constexpr double finest_scale = 0x1p1000;

constexpr std::int64_t unit = FixedPointMatrix::unit_samples;
constexpr std::int64_t most_columns = FixedPointMatrix::row_multiple;

constexpr std::int64_t round_up(std::int64_t count, std::int64_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
}

// Integers of one unit, column by column.
using UnitIntegers = std::array<std::int32_t, most_columns * unit>;

FixedPointForm const& chosen_form() {
    static auto const& form = fixed_point_form(instruction_set());
    return form;
}

}  // namespace

FixedPointForm const& fixed_point_form(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::amx:
        case InstructionSet::avx512:
            return avx512_fixed_point;
        case InstructionSet::avx2:
            return avx2_fixed_point;
#endif
        default:
            return scalar_fixed_point;
    }
}

FixedPoint choose_fixed_point(std::span<double const> column) {
    double peak = 0;
    for (double value : column) peak = std::max(peak, std::abs(value));
    if (peak == 0) return {};
    return {.scale = std::min(largest_fixed / peak, finest_scale)};
}

std::int32_t to_fixed(double value, FixedPoint format) {
    std::int32_t integer = 0;
    std::int16_t remainder = 0;
    auto const peak = scalar_fixed_point.round(&value, 1, format.scale, &integer, &remainder);
    expect(peak < largest_fixed + 0.5, "value is inside the column's range");
    return integer;
}

FixedPointMatrix::FixedPointMatrix(std::int64_t samples, std::vector<FixedPoint> formats)
    : samples_{samples},
      stride_{round_up(std::ssize(formats), row_multiple)},
      remainder_stride_{round_up(samples, 32)},
      formats_{std::move(formats)},
      totals_(formats_.size()),
      integers_{samples * stride_ + row_multiple},
      digits_{panels() * units() * unit_bytes},
      remainders_{columns() * remainder_stride_} {}

FixedPointMatrix FixedPointMatrix::copy() const {
    FixedPointMatrix same{samples_, formats_};
    // Columns may have been truncated.
    same.stride_ = stride_;
    same.totals_ = totals_;
    same.integers_ = AlignedBuffer<std::int32_t>{integers_.size()};
    same.digits_ = AlignedBuffer<std::int8_t>{digits_.size()};
    same.remainders_ = AlignedBuffer<std::int16_t>{remainders_.size()};
    std::ranges::copy(integers_.span(), same.integers_.data());
    std::ranges::copy(digits_.span(), same.digits_.data());
    std::ranges::copy(remainders_.span(), same.remainders_.data());
    return same;
}

std::int64_t FixedPointMatrix::bytes(std::int64_t samples, std::int64_t columns) {
    auto const digits = round_up(columns, panel_columns) * limbs * round_up(samples, unit_samples);
    return 4 * (samples * round_up(columns, row_multiple) + row_multiple) + digits +
           2 * columns * round_up(samples, 32);
}

void FixedPointMatrix::set_column(std::int64_t column, std::span<double const> values) {
    set_columns(column, std::span{&values, 1});
}

void FixedPointMatrix::set_columns(std::int64_t first_column,
                                   std::span<std::span<double const> const> values) {
    expect(first_column >= 0 && first_column + std::ssize(values) <= columns(),
           "columns are inside the matrix");
    for (auto const& column : values)
        expect(std::ssize(column) == samples_, "one value per sample");

    for (std::int64_t done = 0; done < std::ssize(values);) {
        auto const c0 = first_column + done;
        auto const count = std::min(std::ssize(values) - done, most_columns - c0 % most_columns);
        set_line(c0,
                 values.subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(count)));
        done += count;
    }
}

void FixedPointMatrix::fit_columns(std::int64_t first_column,
                                   std::span<std::span<double const> const> values) {
    expect(first_column >= 0 && first_column + std::ssize(values) <= columns(),
           "columns are inside the matrix");
    for (std::size_t c = 0; c < values.size(); ++c) {
        formats_[static_cast<std::size_t>(first_column) + c] = choose_fixed_point(values[c]);
    }
    set_columns(first_column, values);
}

void FixedPointMatrix::truncate(std::int64_t columns) {
    expect(columns >= 0 && columns <= this->columns(), "truncating adds no column");
    formats_.resize(static_cast<std::size_t>(columns));
    totals_.resize(formats_.size());
}

void FixedPointMatrix::set_line(std::int64_t first_column,
                                std::span<std::span<double const> const> values) {
    auto const& form = chosen_form();
    auto const count = std::ssize(values);
    // Also rows of the last columns, whose padding stays zero, are written whole.
    bool const whole = first_column % most_columns == 0 &&
                       (count == most_columns || first_column + count == columns());
    alignas(64) UnitIntegers integers{};
    std::array<std::int64_t, most_columns> totals{};
    double peak = 0;
    for (std::int64_t u = 0; u < units(); ++u) {
        auto const s0 = u * unit;
        auto const samples = std::min(unit, samples_ - s0);
        if (samples < unit) integers = {};  // the padding of panels
        for (std::int64_t k = 0; k < count; ++k) {
            auto const c = first_column + k;
            auto* column = integers.data() + k * unit;
            auto const* from = values[static_cast<std::size_t>(k)].data() + s0;
            auto* quads = digits_.data() + (c / panel_columns * units() + u) * unit_bytes +
                          c % panel_columns * 16;
            peak = std::max(peak, form.round(from, samples, format(c).scale, column,
                                             remainders_.data() + c * remainder_stride_ + s0));
            form.write_digits(column, quads);
            auto& total = totals[static_cast<std::size_t>(k)];
            total = std::accumulate(column, column + samples, total);
        }
        auto* rows = integers_.data() + s0 * stride_ + first_column;
        if (whole) {
            form.write_rows(integers.data(), samples, rows, stride_);
        } else {
            for (std::int64_t k = 0; k < count; ++k) {
                for (std::int64_t s = 0; s < samples; ++s)
                    rows[s * stride_ + k] = integers[static_cast<std::size_t>(k * unit + s)];
            }
        }
    }
    std::copy_n(totals.begin(), count, totals_.begin() + first_column);
    expect(peak < largest_fixed + 0.5, "values are inside their column's range");
}

FixedPointMatrix FixedPointMatrix::select(std::span<SampleIndex const> samples,
                                          std::int64_t first_column, std::int64_t columns) const {
    expect(first_column >= 0 && columns >= 0 && first_column + columns <= this->columns(),
           "columns are inside the matrix");
    auto const formats = formats_.begin() + first_column;
    FixedPointMatrix chosen{std::ssize(samples), {formats, formats + columns}};
    for (std::int64_t s = 0; s < chosen.samples_; ++s) {
        auto const from = samples[static_cast<std::size_t>(s)];
        expect(from.get() >= 0 && from.get() < samples_, "samples are inside the matrix");
        std::copy_n(row(from.get()).data() + first_column, columns,
                    chosen.integers_.data() + s * chosen.stride_);
    }
    for (std::int64_t c = 0; c < columns; ++c) {
        auto const* from = remainders(first_column + c).data();
        auto* remainders = chosen.remainders_.data() + c * chosen.remainder_stride_;
        for (auto s : samples) *remainders++ = from[s.get()];

        auto* quads = chosen.digits_.data() + c / 4 * chosen.units() * unit_bytes + c % 4 * 16;
        for (std::int64_t u = 0; u < chosen.units(); ++u) {
            alignas(64) std::array<std::int32_t, unit> integers{};
            for (std::int64_t s = 0; s < std::min(unit, chosen.samples_ - u * unit); ++s)
                integers[static_cast<std::size_t>(s)] = chosen(u * unit + s, c);
            chosen_form().write_digits(integers.data(), quads + u * unit_bytes);
            auto& total = chosen.totals_[static_cast<std::size_t>(c)];
            total = std::accumulate(integers.begin(), integers.end(), total);
        }
    }
    return chosen;
}

}  // namespace maniple
