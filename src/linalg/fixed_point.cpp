#include "maniple/linalg/fixed_point.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// The largest integer whose digits all lie in [-127, 127].
constexpr double largest(int limbs) { return limbs == 3 ? 127.0 * 65793.0 : 127.0 * 16843009.0; }

// Three limbs would do for beta and its standard error, but not for the ratio of two small numbers
// that a p-value near 1 hangs on.
constexpr int default_limbs = 4;

}  // namespace

FixedPoint choose_fixed_point(std::span<double const> column) {
    double peak = 0;
    for (double value : column) peak = std::max(peak, std::abs(value));
    if (peak == 0) return {};
    return {.scale = largest(default_limbs) / peak, .limbs = default_limbs};
}

std::int32_t to_fixed(double value, FixedPoint format) {
    double const scaled = value * format.scale;
    expect(std::abs(scaled) < largest(format.limbs) + 0.5, "value is inside the column's range");
    return static_cast<std::int32_t>(std::lround(scaled));
}

FixedPointMatrix::FixedPointMatrix(std::int64_t samples, std::vector<FixedPoint> formats)
    : samples_{samples}, formats_{std::move(formats)} {
    for (auto const& format : formats_) {
        first_digit_.push_back(digit_columns_);
        digit_columns_ += format.limbs;
    }
    values_ = AlignedBuffer<std::int32_t>{samples_ * columns()};
    digits_ = AlignedBuffer<std::int8_t>{samples_ * digit_columns_};
}

void FixedPointMatrix::set_column(std::int64_t column, std::span<double const> values) {
    expect(column >= 0 && column < columns(), "column is inside the matrix");
    expect(std::ssize(values) == samples_, "one value per sample");
    auto const form = format(column);
    for (std::int64_t s = 0; s < samples_; ++s) {
        auto rest = to_fixed(values[static_cast<std::size_t>(s)], form);
        values_[s * columns() + column] = rest;
        auto* digits =
            digits_.data() + s * digit_columns_ + first_digit_[static_cast<std::size_t>(column)];
        for (int limb = 0; limb < form.limbs; ++limb) {
            auto const digit = static_cast<std::int8_t>(rest & 0xFF);  // low byte, signed
            digits[limb] = digit;
            rest = (rest - digit) / 256;
        }
        expect(rest == 0, "the digits hold the integer");
    }
}

void FixedPointMatrix::combine(std::span<std::int64_t const> digit_sums,
                               std::span<std::int64_t> sums) const {
    expect(std::ssize(digit_sums) == digit_columns_, "one sum per digit column");
    expect(std::ssize(sums) == columns(), "one sum per column");
    auto const* digit = digit_sums.data();
    for (std::int64_t c = 0; c < columns(); ++c) {
        std::int64_t sum = 0;
        auto const limbs = format(c).limbs;
        for (int limb = limbs - 1; limb >= 0; --limb) sum = sum * 256 + digit[limb];
        sums[static_cast<std::size_t>(c)] = sum;
        digit += limbs;
    }
}

}  // namespace maniple
