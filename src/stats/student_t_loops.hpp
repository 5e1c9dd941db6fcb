// The loop behind neg_log10_p_student_t, compiled once per instruction set by the sources that
// include this. All names are local to the including source. Every operation is one that IEEE 754
// fixes and that acts on each lane alone, so that the result of an element depends neither on the
// instruction set nor on its place in the array.
#pragma once

#include <cstdint>

#include "student_t_forms.hpp"

namespace maniple {
namespace {

/// `count` doubles side by side, and their bits.
template <int count>
struct Vector {
    using Doubles [[gnu::vector_size(count * 8)]] = double;
    using Bits [[gnu::vector_size(count * 8)]] = std::uint64_t;
};

template <int count>
using Doubles = typename Vector<count>::Doubles;
template <int count>
using Bits = typename Vector<count>::Bits;

// Written for the compiler to make one instruction of it.
template <typename Lanes>
[[gnu::always_inline]] inline Lanes root(Lanes const& lanes) {
    constexpr int count = sizeof(Lanes) / sizeof(double);
    Lanes result;
    for (int i = 0; i < count; ++i) result[i] = __builtin_sqrt(lanes[i]);
    return result;
}

// artanh(s) / s for s^2 = `u` up to 0.0405: 1 + u Q(u), Q the polynomial of degree 5 whose error
// in the whole, 1.9e-15, is smallest at most (by Lawson's reweighted least squares). The terms of
// even and of odd degree run side by side.
template <typename Lanes>
[[gnu::always_inline]] inline Lanes artanh_ratio(Lanes const& u) {
    Lanes const square = u * u;
    Lanes const even =
        (0.09034217249749357 * square + 0.14285693038922648) * square + 0.33333333333052673;
    Lanes const odd =
        (0.08701454546334563 * square + 0.1111265832308345) * square + 0.20000000133864360;
    return 1 + u * (even + u * odd);
}

// Hill (1970): the factor that makes of z, z^2 = (df - 1/2) ln(1 + t^2 / df), the normal deviate
// with the same p-value. `y` is z^2, `inverse_b` is 1 / (48 (df - 1/2)^2).
template <typename Lanes>
[[gnu::always_inline]] inline Lanes hill_factor(Lanes const& y, Lanes const& inverse_b) {
    Lanes const second = ((-0.4 * y - 3.3) * y - 24) * y - 85.5;
    Lanes const third =
        ((((64 / 210.0 * y + 788 / 210.0) * y + 9801 / 210.0) * y + 427.5) * y + 2587.5) * y +
        1788885 / 210.0;
    return 1 + inverse_b * ((y + 3) + inverse_b * (second + inverse_b * third));
}

// -ln of the two-sided p-value of a standard normal z >= 0. With M(z) = exp(z^2 / 2) p that is
// z^2 / 2 - ln M(z), and (1 / M(z) - 1) / z runs smoothly from sqrt(2 / pi) at 0 to sqrt(pi / 2) at
// infinity. It is approximated by E(z) / D(z), both of degree 8, for all z >= 0 at once, such that
// the relative error of the result is smallest at most: 6e-16 (Lawson's reweighted least squares
// at fifty digits). All coefficients are positive, so that nothing cancels.
//
// ln(1 + z E / D) = k ln 2 + 2 artanh((N - D) / (N + D)) with N = (D + z E) / 2^k. The integer k
// comes from the difference of the bits, which is log2 of the quotient to within 0.09; that leaves
// |s| < 0.201.
template <typename Lanes, typename Words>
[[gnu::always_inline]] inline Lanes neg_log10_p_normal(Lanes const& z) {
    Lanes const w = z * z;
    Lanes const e_even =
        (((1.6145224598963030e-05 * w + 0.0041929046346386083) * w + 0.13642985410952599) * w +
         0.94641944943778977) *
            w +
        0.79788456080286584;
    Lanes const e_odd =
        ((0.00037448489889676141 * w + 0.029144408402635517) * w + 0.43873365351552680) * w +
        1.2576144174055893;
    Lanes const d_even =
        (((1.2882025438903821e-05 * w + 0.0035791773057070832) * w + 0.12588776131605804) * w +
         0.97564026046022686) *
            w +
        1;
    Lanes const d_odd =
        ((0.00030907408812916889 * w + 0.025800568953337759) * w + 0.42531973912731946) * w +
        1.4049584364812102;
    Lanes const rise = z * (e_even + z * e_odd);
    Lanes const below = d_even + z * d_odd;
    Lanes const above = below + rise;

    constexpr std::uint64_t half_step = std::uint64_t{1} << 51;
    constexpr std::uint64_t exponent_field = std::uint64_t{0x7ff} << 52;
    constexpr std::uint64_t two_to_52 = std::uint64_t{0x433} << 52;
    Words const above_bits = reinterpret_cast<Words>(above);
    Words const below_bits = reinterpret_cast<Words>(below);
    Words const shift = (above_bits - below_bits + half_step) & exponent_field;
    Words const scaled_bits = above_bits - shift;
    Lanes const scaled = reinterpret_cast<Lanes>(scaled_bits);
    // an integer under 2^52 in the low bits of 2^52 is a double already
    Words const power_bits = (shift >> 52) | two_to_52;
    Lanes const power = reinterpret_cast<Lanes>(power_bits) - 0x1p52;

    Lanes const difference = shift == 0 ? rise : scaled - below;
    Lanes const s = difference / (scaled + below);
    constexpr double log10_e = 0.43429448190325183;
    constexpr double log10_2 = 0.30102999566398120;
    return (0.5 * log10_e) * w + (power * log10_2 + (2 * log10_e) * s * artanh_ratio<Lanes>(s * s));
}

// Where (y^2 + 250) / b is under this, the term after Hill's last one is under 1e-12 of the result.
// That needs more than 51 degrees of freedom and ln(1 + t^2 / df) under 0.31.
constexpr double expansion_limit = 2e-3;
constexpr double smallest_t = 1e-100;  // its square is not too small for a double

// The normal deviate z >= 0 whose two-sided p-value is that of `signed_t`; `no_expansion` where
// Hill's expansion does not reach.
template <typename Lanes, typename Words>
[[gnu::always_inline]] inline Lanes equivalent_normal(Lanes const& signed_t, Lanes const& df) {
    Words const magnitude = reinterpret_cast<Words>(signed_t) & ~(std::uint64_t{1} << 63);
    Lanes const t = reinterpret_cast<Lanes>(magnitude);
    Lanes const t_square = t * t;
    Lanes const a = df - 0.5;
    Lanes const a_square = a * a;
    Lanes const sum = df + df + t_square;
    // one division for both t^2 / sum and 1 / b
    Lanes const inverse = 1 / (sum * a_square);
    Lanes const inverse_b = inverse * sum * (1 / 48.0);
    // ln(1 + t^2 / df) = 2 artanh(t^2 / (2 df + t^2)); the argument is under 0.16
    Lanes const s = t_square * a_square * inverse;
    Lanes const y = a * (s + s) * artanh_ratio<Lanes>(s * s);
    Lanes const z = root<Lanes>(y) * hill_factor<Lanes>(y, inverse_b);

    auto const within = ((y * y + 250) * inverse_b < expansion_limit) & (t > smallest_t) &
                        (df <= most_degrees_of_freedom);
    Lanes const unknown = no_expansion + Lanes{};
    return within ? z : unknown;
}

template <typename Mask>
bool none(Mask const& mask) {
    std::int64_t any = 0;
    for (unsigned lane = 0; lane < sizeof mask / sizeof any; ++lane) any |= mask[lane];
    return any == 0;
}

// -log10 p of deviates of which some may be `no_expansion`.
template <typename Lanes, typename Words>
[[gnu::always_inline]] inline Lanes finish(Lanes const& z) {
    Lanes const unexpanded = no_expansion + Lanes{};
    return z < 0 ? unexpanded : neg_log10_p_normal<Lanes, Words>(z);
}

constexpr std::int64_t block = 128;  // elements; a multiple of every width

// At least one vector and at most one block; where elements do not fill the last vector, it begins
// earlier and computes some of them again. Two short loops let the processor work on more vectors
// at once than one loop with a long chain of operations does.
template <int width>
bool expand_block(double const* t, double const* degrees_of_freedom, std::int64_t step,
                  std::int64_t count, double* result) {
    using Lanes = Doubles<width>;
    using Words = Bits<width>;
    auto const place = [&](std::int64_t i) { return i + width <= count ? i : count - width; };
    Lanes deviates[block / width];
    auto unknown = Lanes{} < Lanes{};
    Lanes df = degrees_of_freedom[0] + Lanes{};
    for (std::int64_t i = 0; i < count; i += width) {
        Lanes values;
        __builtin_memcpy(&values, t + place(i), sizeof values);
        if (step != 0) __builtin_memcpy(&df, degrees_of_freedom + place(i), sizeof df);
        Lanes const z = equivalent_normal<Lanes, Words>(values, df);
        unknown |= z < 0;
        deviates[i / width] = z;
    }
    for (std::int64_t i = 0; i < count; i += width) {
        Lanes const values = finish<Lanes, Words>(deviates[i / width]);
        __builtin_memcpy(result + place(i), &values, sizeof values);
    }
    return none(unknown);
}

// Less than one vector: the other lanes repeat the first element.
template <int width>
bool expand_few(double const* t, double const* degrees_of_freedom, std::int64_t step, int count,
                double* result) {
    using Lanes = Doubles<width>;
    using Words = Bits<width>;
    Lanes values = t[0] + Lanes{};
    Lanes df = degrees_of_freedom[0] + Lanes{};
    for (int i = 1; i < count; ++i) {
        values[i] = t[i];
        df[i] = degrees_of_freedom[i * step];
    }
    Lanes const z = equivalent_normal<Lanes, Words>(values, df);
    values = finish<Lanes, Words>(z);
    for (int i = 0; i < count; ++i) result[i] = values[i];
    return none(z < 0);
}

/// \tparam width  doubles of one register
template <int width>
bool expand_student_t(double const* t, double const* degrees_of_freedom, std::int64_t step,
                      std::int64_t count, double* result) {
    if (count == 0) return true;
    if (count < width) {
        return expand_few<width>(t, degrees_of_freedom, step, static_cast<int>(count), result);
    }
    bool all = true;
    std::int64_t start = 0;
    while (start < count) {
        auto const rest = count - start;
        auto size = rest < block ? rest : block;
        if (size < width) {  // too few for a vector: some once more
            start = count - width;
            size = width;
        }
        all &= expand_block<width>(t + start, degrees_of_freedom + start * step, step, size,
                                   result + start);
        start += size;
    }
    return all;
}

}  // namespace
}  // namespace maniple
