// The loops of tilted_lanes.hpp, compiled once per instruction set by the sources that include
// this. All names are local to the including source. Every operation is one that IEEE 754 fixes and
// that acts on each lane alone.
#pragma once

#include <cstdint>

#include "maniple/core/elementary.hpp"
#include "narrow_vector.hpp"
#include "tilted_lanes.hpp"

namespace maniple {
namespace {

template <int count>
struct TiltedLoops {
    using Doubles = typename NarrowVector<count>::Doubles;
    using Floats = typename NarrowVector<count>::Floats;
    using Bits [[gnu::vector_size(count * 8)]] = std::uint64_t;

    static constexpr int lanes = 8;  // of every sum, whatever the width of a register
    static constexpr int parts = lanes / count;
    static_assert(lanes % count == 0 && tilted_step % lanes == 0);
    static constexpr double most_exponent = 700;

    template <class To, class From>
    [[gnu::always_inline]] static To bits_as(From const& from) {
        To to;
        __builtin_memcpy(&to, &from, sizeof to);
        return to;
    }
    [[gnu::always_inline]] static Doubles load(double const* from) {
        Doubles to;
        __builtin_memcpy(&to, from, sizeof to);
        return to;
    }

    // exp(x) for |x| <= 700. Adding 1.5 * 2^52 rounds to an integer, which the lowest bits then
    // hold; on what is left of x, at most ln(2) / 2, the polynomial (by interpolation at Chebyshev
    // nodes) is within 8e-14 of it.
    [[gnu::always_inline]] static Doubles exponential(Doubles const& x) {
        constexpr double rounder = 6755399441055744.0;
        constexpr double ln2_high = 0x1.62e42feep-1;
        constexpr double ln2_low = 0x1.a39ef35793c76p-33;
        Doubles const shifted = x * 1.4426950408889634 + rounder;
        Doubles const power = shifted - rounder;
        Doubles const r = (x - power * ln2_high) - power * ln2_low;
        Doubles const square = r * r;
        // Terms of even and of odd degree side by side.
        Doubles const even = ((2.4867936298892636e-05 * square + 0.001388883901124131) * square +
                              0.041666666786623875) *
                                 square +
                             0.49999999999954936;
        Doubles const odd = ((2.7617625262439084e-06 * square + 0.00019841224507043627) * square +
                             0.008333333344235316) *
                                square +
                            0.1666666666666259;
        Doubles const sum = 1 + (r + square * (even + r * odd));
        return bits_as<Doubles>(bits_as<Bits>(sum) + (bits_as<Bits>(shifted) << 52));
    }

    // Farther out there are only those without weight, whose products are to be 0.
    [[gnu::always_inline]] static Doubles tilted_by(Doubles const& g, double tilt) {
        Doubles const x = g * tilt;
        Doubles const above = x < -most_exponent ? Doubles{} - most_exponent : x;
        return above > most_exponent ? Doubles{} + most_exponent : above;
    }

    // Of a sample that is a case for certain nothing varies, as of one that is none.
    [[gnu::always_inline]] static Doubles risk_that_varies(Doubles const& m) {
        return m < 1 ? m : Doubles{};
    }

    struct Sum {
        Doubles part[parts] = {};
        double total() const {
            double all = 0;
            for (int k = 0; k < parts; ++k) {
                for (int i = 0; i < count; ++i) all += part[k][i];
            }
            return all;
        }
    };

    // A product of many positive factors, lane by lane, as mantissas and exponents.
    struct Product {
        static constexpr std::uint64_t mantissa = (std::uint64_t{1} << 52) - 1;
        static constexpr std::uint64_t one = std::uint64_t{1023} << 52;

        Doubles part[parts];
        Bits exponent[parts] = {};
        std::int64_t normalized = 0;

        Product() {
            for (auto& p : part) p = Doubles{} + 1.0;
        }
        [[gnu::always_inline]] void normalize() {
            for (int k = 0; k < parts; ++k) {
                Bits const bits = bits_as<Bits>(part[k]);
                exponent[k] += bits >> 52;
                Bits const rest = (bits & mantissa) | one;
                part[k] = bits_as<Doubles>(rest);
            }
            ++normalized;
        }
        double log() const {
            constexpr double ln2 = 0.69314718055994531;
            double logarithms = 0;
            std::int64_t exponents = -1023 * lanes * normalized;
            for (int k = 0; k < parts; ++k) {
                for (int i = 0; i < count; ++i) {
                    logarithms += portable_log(part[k][i]);
                    exponents += static_cast<std::int64_t>(exponent[k][i]);
                }
            }
            return static_cast<double>(exponents) * ln2 + logarithms;
        }
    };

    static double largest(Doubles const (&values)[parts]) {
        double farthest = 0;
        for (int k = 0; k < parts; ++k) {
            for (int i = 0; i < count; ++i) {
                farthest = values[k][i] > farthest ? values[k][i] : farthest;
            }
        }
        return farthest;
    }

    static TiltedSums tilted(TiltedTask const& task) {
        Sum first, second, third, fourth;
        Product product;
        for (std::int64_t i = 0; i < task.count; i += tilted_step) {
#pragma GCC unroll 4
            for (std::int64_t block = 0; block < tilted_step; block += lanes) {
#pragma GCC unroll 4
                for (int k = 0; k < parts; ++k) {
                    auto const at = i + block + k * count;
                    Doubles const g = load(task.genotypes + at);
                    Doubles const m = risk_that_varies(load(task.risks + at));
                    Doubles const tilted = m * exponential(tilted_by(g, task.tilt));
                    Doubles const spared = 1 - m;
                    Doubles const all = spared + tilted;
                    product.part[k] *= all;
                    Doubles const inverse = 1 / all;
                    Doubles const p = tilted * inverse;
                    Doubles const q = spared * inverse;
                    Doubles const w = p * q;
                    Doubles const square = g * g;
                    Doubles const weighted = square * w;
                    first.part[k] += g * (p - m);
                    second.part[k] += weighted;
                    third.part[k] += weighted * (g * (q - p));
                    fourth.part[k] += weighted * square * (1 - 6 * w);
                }
            }
            product.normalize();
        }
        return {.log_mean = product.log(),
                .first = first.total(),
                .second = second.total(),
                .third = third.total(),
                .fourth = fourth.total()};
    }

    static UntiltedSums untilted(TiltedTask const& task) {
        Sum mean, second, third, fourth;
        Doubles reach[parts] = {};
        for (std::int64_t i = 0; i < task.count; i += lanes) {
#pragma GCC unroll 4
            for (int k = 0; k < parts; ++k) {
                Doubles const g = load(task.genotypes + i + k * count);
                Doubles const m = risk_that_varies(load(task.risks + i + k * count));
                Doubles const spared = 1 - m;
                Doubles const w = m * spared;
                Doubles const square = g * g;
                Doubles const weighted = square * w;
                mean.part[k] += g * m;
                second.part[k] += weighted;
                third.part[k] += weighted * (g * (spared - m));
                fourth.part[k] += weighted * square * (1 - 6 * w);
                Doubles const size = m > 0 ? (g < 0 ? -g : g) : Doubles{};
                reach[k] = size > reach[k] ? size : reach[k];
            }
        }
        return {.mean = mean.total(),
                .second = second.total(),
                .third = third.total(),
                .fourth = fourth.total(),
                .reach = largest(reach)};
    }

    static TiltedSums tilted_poisson(TiltedTask const& task) {
        Sum rise, first, second, third, fourth;
        for (std::int64_t i = 0; i < task.count; i += lanes) {
#pragma GCC unroll 4
            for (int k = 0; k < parts; ++k) {
                auto const at = i + k * count;
                Doubles const g = load(task.genotypes + at);
                Doubles const m = load(task.risks + at);
                Doubles const p = m * exponential(tilted_by(g, task.tilt));
                Doubles const more = p - m;
                Doubles const square = g * g;
                Doubles const weighted = square * p;
                rise.part[k] += more;
                first.part[k] += g * more;
                second.part[k] += weighted;
                third.part[k] += weighted * g;
                fourth.part[k] += weighted * square;
            }
        }
        return {.log_mean = rise.total(),
                .first = first.total(),
                .second = second.total(),
                .third = third.total(),
                .fourth = fourth.total()};
    }

    static UntiltedSums untilted_poisson(TiltedTask const& task) {
        Sum mean, second, third, fourth;
        Doubles reach[parts] = {};
        for (std::int64_t i = 0; i < task.count; i += lanes) {
#pragma GCC unroll 4
            for (int k = 0; k < parts; ++k) {
                Doubles const g = load(task.genotypes + i + k * count);
                Doubles const m = load(task.risks + i + k * count);
                Doubles const square = g * g;
                Doubles const weighted = square * m;
                mean.part[k] += g * m;
                second.part[k] += weighted;
                third.part[k] += weighted * g;
                fourth.part[k] += weighted * square;
                Doubles const size = m > 0 ? (g < 0 ? -g : g) : Doubles{};
                reach[k] = size > reach[k] ? size : reach[k];
            }
        }
        return {.mean = mean.total(),
                .second = second.total(),
                .third = third.total(),
                .fourth = fourth.total(),
                .reach = largest(reach)};
    }

    static void weigh(WeighTask const& task) {
        for (std::int64_t i = 0; i < task.count; i += count) {
            Doubles const weighted = load(task.weights + i) *
                                     exponential(tilted_by(load(task.genotypes + i), task.tilt));
            __builtin_memcpy(task.out + i, &weighted, sizeof weighted);
        }
    }

    template <int variants>
    static void adjust_some(AdjustTask const& task) {
        for (std::int64_t i = 0; i < task.count; i += count) {
            Doubles rest[variants];
#pragma GCC unroll 4
            for (int v = 0; v < variants; ++v) {
                rest[v] = load(task.genotypes + v * task.genotype_stride + i);
            }
            for (std::int64_t r = 0; r < task.rank; ++r) {
                Floats narrow;
                __builtin_memcpy(&narrow, task.basis + r * task.stride + i, sizeof narrow);
                Doubles const column = __builtin_convertvector(narrow, Doubles);
#pragma GCC unroll 4
                for (int v = 0; v < variants; ++v) {
                    rest[v] -= task.coefficients[v * task.rank + r] * column;
                }
            }
#pragma GCC unroll 4
            for (int v = 0; v < variants; ++v) {
                __builtin_memcpy(task.genotypes + v * task.genotype_stride + i, &rest[v],
                                 sizeof rest[v]);
            }
        }
    }

    static void adjust(AdjustTask const& task) {
        constexpr void (*some[])(AdjustTask const&) = {adjust_some<1>, adjust_some<2>,
                                                       adjust_some<3>, adjust_some<4>};
        static_assert(sizeof some / sizeof *some == adjust_together);
        if (task.variants > 0) some[task.variants - 1](task);
    }

    static constexpr TiltedForms forms() {
        return {.tilted = tilted,
                .untilted = untilted,
                .tilted_poisson = tilted_poisson,
                .untilted_poisson = untilted_poisson,
                .weigh = weigh,
                .adjust = adjust};
    }
};

}  // namespace
}  // namespace maniple
