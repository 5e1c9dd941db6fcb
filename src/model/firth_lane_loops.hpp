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
    // Columns of some samples as doubles, one after the other in `values`.
    [[gnu::always_inline]] static void widen(FirthColumns const& x, std::int64_t i,
                                             double* values) {
        for (std::int64_t c = 0; c < x.rank; ++c) {
            Floats narrow;
            __builtin_memcpy(&narrow, x.covariates + c * x.stride + i, sizeof narrow);
            store(__builtin_convertvector(narrow, Doubles), values + c * lanes);
        }
        if (x.last != nullptr) store(load(x.last + i), values + x.rank * lanes);
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
            for (std::int64_t c = 0; c < x.rank; ++c) {
                Floats narrow;
                __builtin_memcpy(&narrow, x.covariates + c * x.stride + i, sizeof narrow);
                sum += step[c] * __builtin_convertvector(narrow, Doubles);
            }
            if (x.last != nullptr) sum += step[x.rank] * load(x.last + i);
            store(sum, predictor + i);
        }
    }

    static void gram(FirthColumns const& x, double const* weights, double* room, double* triangle) {
        auto const columns = x.columns();
        auto const elements = columns * (columns + 1) / 2;
        auto* const values = room;
        auto* const sums = room + columns * lanes;
        clear(sums, elements);
        for (std::int64_t i = 0; i < x.count; i += count) {
            double* sum = sums + i % lanes;
            widen(x, i, values);
            Doubles const w = load(weights + i);
            for (std::int64_t r = 0; r < columns; ++r) {
                Doubles const weighted = w * load(values + r * lanes);
                for (std::int64_t c = 0; c <= r; ++c, sum += lanes) {
                    store(load(sum) + weighted * load(values + c * lanes), sum);
                }
            }
        }
        add_up(sums, elements, triangle);
    }

    static void multiply(FirthColumns const& x, double const* factors, double* room,
                         double* result) {
        auto const columns = x.columns();
        auto* const values = room;
        auto* const sums = room + columns * lanes;
        clear(sums, columns);
        for (std::int64_t i = 0; i < x.count; i += count) {
            widen(x, i, values);
            Doubles const factor = load(factors + i);
            for (std::int64_t c = 0; c < columns; ++c) {
                double* const sum = sums + c * lanes + i % lanes;
                store(load(sum) + factor * load(values + c * lanes), sum);
            }
        }
        add_up(sums, columns, result);
    }

    static void leverage(FirthColumns const& x, double const* factor, double* room,
                         double* leverages) {
        auto const columns = x.columns();
        auto* const solved = room;
        auto* const inverses = room + columns * lanes;
        for (std::int64_t r = 0; r < columns; ++r) inverses[r] = 1 / factor[r * (r + 3) / 2];
        for (std::int64_t i = 0; i < x.count; i += count) {
            widen(x, i, solved);
            Doubles squares{};
            double const* row = factor;
            for (std::int64_t r = 0; r < columns; row += ++r) {
                Doubles value = load(solved + r * lanes);
                for (std::int64_t k = 0; k < r; ++k) value -= row[k] * load(solved + k * lanes);
                value *= inverses[r];
                store(value, solved + r * lanes);
                squares += value * value;
            }
            store(squares, leverages + i);
        }
    }

    static constexpr FirthForms forms() {
        return {.advance = advance, .gram = gram, .multiply = multiply, .leverage = leverage};
    }
};

}  // namespace
}  // namespace maniple
