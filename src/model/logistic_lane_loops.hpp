// The loop of logistic_lanes.hpp, compiled once per instruction set by the sources that include
// this. All names are local to the including source. Every operation is one that IEEE 754 fixes and
// that acts on each lane alone.
#pragma once

#include <cstdint>

#include "logistic_lanes.hpp"

namespace maniple {
namespace {

template <int count>
struct LogisticLoops {
    using Doubles [[gnu::vector_size(count * 8)]] = double;
    using Bits [[gnu::vector_size(count * 8)]] = std::uint64_t;

    static_assert(logistic_lane_width % count == 0);

    template <class To, class From>
    [[gnu::always_inline]] static To bits_as(From const& from) {
        To to;
        __builtin_memcpy(&to, &from, sizeof to);
        return to;
    }

    // exp(x) for -700 <= x <= 0. Adding 1.5 * 2^52 rounds to an integer, which the lowest bits then
    // hold; what is left of x is at most ln(2) / 2, and its Taylor series is cut off below 2e-17.
    [[gnu::always_inline]] static Doubles exponential(Doubles const& x) {
        constexpr double rounder = 6755399441055744.0;
        constexpr double ln2_high = 0x1.62e42feep-1;
        constexpr double ln2_low = 0x1.a39ef35793c76p-33;
        Doubles const shifted = x * 1.4426950408889634 + rounder;
        Doubles const power = shifted - rounder;
        Doubles const rest = (x - power * ln2_high) - power * ln2_low;
        Doubles sum = rest * (1 / 6227020800.0) + 1 / 479001600.0;
        sum = sum * rest + 1 / 39916800.0;
        sum = sum * rest + 1 / 3628800.0;
        sum = sum * rest + 1 / 362880.0;
        sum = sum * rest + 1 / 40320.0;
        sum = sum * rest + 1 / 5040.0;
        sum = sum * rest + 1 / 720.0;
        sum = sum * rest + 1 / 120.0;
        sum = sum * rest + 1 / 24.0;
        sum = sum * rest + 1 / 6.0;
        sum = sum * rest + 0.5;
        sum = 1 + (rest + rest * rest * sum);
        return bits_as<Doubles>(bits_as<Bits>(sum) + (bits_as<Bits>(shifted) << 52));
    }

    // log(1 + t) for 0 <= t <= 1: 2 artanh(s) with s = t / (2 + t), up to 1/3; the terms left out
    // are under 1e-17 of it.
    [[gnu::always_inline]] static Doubles logarithm_of_one_plus(Doubles const& t) {
        Doubles const s = t / (2 + t);
        Doubles const square = s * s;
        Doubles sum = square * (1 / 33.0) + 1 / 31.0;
        sum = sum * square + 1 / 29.0;
        sum = sum * square + 1 / 27.0;
        sum = sum * square + 1 / 25.0;
        sum = sum * square + 1 / 23.0;
        sum = sum * square + 1 / 21.0;
        sum = sum * square + 1 / 19.0;
        sum = sum * square + 1 / 17.0;
        sum = sum * square + 1 / 15.0;
        sum = sum * square + 1 / 13.0;
        sum = sum * square + 1 / 11.0;
        sum = sum * square + 1 / 9.0;
        sum = sum * square + 1 / 7.0;
        sum = sum * square + 0.2;
        sum = sum * square + 1 / 3.0;
        return 2 * (s + s * square * sum);
    }

    static void evaluate(LogisticTask const& task) {
        Doubles const zero{};
        for (std::int64_t i = 0; i < task.count; i += count) {
            Doubles x;
            Doubles sign;
            __builtin_memcpy(&x, task.predictor + i, sizeof x);
            __builtin_memcpy(&sign, task.sign + i, sizeof sign);
            Doubles const farther = x < zero ? x : -x;
            Doubles const bounded = farther < -700 ? zero - 700 : farther;
            Doubles const odds = exponential(bounded);  // Of the rarer outcome.
            Doubles const likelier = 1 / (1 + odds);
            Doubles const rarer = odds * likelier;
            // Log odds of what was observed.
            Doubles const observed = sign * x;
            Doubles const residual = sign * (observed < zero ? likelier : rarer);
            Doubles const weight = likelier * rarer;
            Doubles const value = (observed < zero ? observed : zero) - logarithm_of_one_plus(odds);
            __builtin_memcpy(task.residual + i, &residual, sizeof residual);
            __builtin_memcpy(task.weight + i, &weight, sizeof weight);
            __builtin_memcpy(task.log_likelihood + i, &value, sizeof value);
        }
    }
};

}  // namespace
}  // namespace maniple
