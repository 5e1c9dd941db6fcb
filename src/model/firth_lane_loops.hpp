// The loops of firth_lanes.hpp, compiled once per instruction set by the sources that include this.
// All names are local to the including source. Every operation is one that IEEE 754 fixes and that
// acts on each lane alone.
#pragma once

#include <cstdint>

#include "firth_lanes.hpp"
#include "narrow_vector.hpp"

namespace maniple {
namespace {

template <int count>
struct FirthLoops {
    using Doubles = typename NarrowVector<count>::Doubles;
    using Floats = typename NarrowVector<count>::Floats;

    static constexpr int lanes = 8;  // of every sum, whatever the width of a register
    static_assert(lanes % count == 0);

    [[gnu::always_inline]] static Doubles load(double const* from) {
        Doubles to;
        __builtin_memcpy(&to, from, sizeof to);
        return to;
    }
    [[gnu::always_inline]] static void store(Doubles const& value, double* to) {
        __builtin_memcpy(to, &value, sizeof value);
    }
    [[gnu::always_inline]] static Doubles column(FirthColumns const& x, std::int64_t c,
                                                 std::int64_t i) {
        if (c == x.rank) return load(x.last + i);
        Floats narrow;
        __builtin_memcpy(&narrow, x.covariates + c * x.stride + i, sizeof narrow);
        return __builtin_convertvector(narrow, Doubles);
    }
    static void clear(double* sums, std::int64_t elements) {
        for (std::int64_t k = 0; k < elements * lanes; ++k) sums[k] = 0;
    }
    static void add_up(double const* sums, std::int64_t elements, double* totals) {
        for (std::int64_t e = 0; e < elements; ++e) {
            double total = 0;
            for (int k = 0; k < lanes; ++k) total += sums[e * lanes + k];
            totals[e] = total;
        }
    }

    static void advance(FirthColumns const& x, double const* step, double* predictor) {
        for (std::int64_t i = 0; i < x.count; i += count) {
            Doubles sum = load(predictor + i);
            for (std::int64_t c = 0; c < x.columns(); ++c) sum += step[c] * column(x, c, i);
            store(sum, predictor + i);
        }
    }

    static void gram(FirthColumns const& x, double const* weights, double* sums, double* triangle) {
        auto const elements = x.columns() * (x.columns() + 1) / 2;
        clear(sums, elements);
        for (std::int64_t i = 0; i < x.count; i += count) {
            double* sum = sums + i % lanes;
            Doubles const w = load(weights + i);
            for (std::int64_t r = 0; r < x.columns(); ++r) {
                Doubles const weighted = w * column(x, r, i);
                for (std::int64_t c = 0; c <= r; ++c, sum += lanes) {
                    store(load(sum) + weighted * column(x, c, i), sum);
                }
            }
        }
        add_up(sums, elements, triangle);
    }

    static void score(FirthColumns const& x, double const* factor, double const* cases,
                      double const* residuals, double const* weights, double* room,
                      double* result) {
        auto* const sums = room;
        auto* const solved = room + x.columns() * lanes;
        clear(sums, x.columns());
        for (std::int64_t i = 0; i < x.count; i += count) {
            Doubles squares{};
            double const* row = factor;
            for (std::int64_t r = 0; r < x.columns(); row += ++r) {
                Doubles value = column(x, r, i);
                for (std::int64_t k = 0; k < r; ++k) value -= row[k] * load(solved + k * lanes);
                value /= row[r];
                store(value, solved + r * lanes);
                squares += value * value;
            }
            Doubles const residual = load(residuals + i);
            Doubles const hat = load(weights + i) * squares;
            Doubles const risk = load(cases + i) - residual;
            Doubles const slope = residual + hat * (0.5 - risk);
            for (std::int64_t c = 0; c < x.columns(); ++c) {
                double* const sum = sums + c * lanes + i % lanes;
                store(load(sum) + slope * column(x, c, i), sum);
            }
        }
        add_up(sums, x.columns(), result);
    }

    static constexpr FirthForms forms() {
        return {.advance = advance, .gram = gram, .score = score};
    }
};

}  // namespace
}  // namespace maniple
