// The loops of firth_near_lanes.hpp, compiled once per instruction set by the sources that include
// this. All names are local to the including source. Every operation is one that IEEE 754 fixes and
// that acts on each lane alone.
#pragma once

#include <cstdint>

#include "firth_near_lanes.hpp"
#include "narrow_vector.hpp"
#include "tilted_lane_loops.hpp"

namespace maniple {
namespace {

template <int count>
struct NearLoops {
    using Doubles = typename NarrowVector<count>::Doubles;
    using Floats = typename NarrowVector<count>::Floats;  // As many as of doubles,
    using Wide [[gnu::vector_size(count * 8)]] = float;   // and as a register holds.
    using Tilted = TiltedLoops<count>;
    using Sum = typename Tilted::Sum;

    static constexpr int lanes = 8;
    static constexpr int parts = lanes / count;
    static constexpr std::int64_t wide = 2 * count;
    static_assert(near_lanes % wide == 0 && near_block % (2 * near_lanes) == 0);

    template <class To, class From>
    [[gnu::always_inline]] static To load(From const* from) {
        To to;
        __builtin_memcpy(&to, from, sizeof to);
        return to;
    }
    template <class Value, class To>
    [[gnu::always_inline]] static void store(Value const& value, To* to) {
        __builtin_memcpy(to, &value, sizeof value);
    }
    [[gnu::always_inline]] static Doubles widen(float const* from) {
        return __builtin_convertvector(load<Floats>(from), Doubles);
    }
    [[gnu::always_inline]] static void narrow(Doubles const& value, float* to) {
        store(__builtin_convertvector(value, Floats), to);
    }

    // out = covariates x steps, of some vectors of samples
    template <int vectors>
    [[gnu::always_inline]] static void combine(NearSamples const& x, std::int64_t i,
                                               float const* steps, float* out) {
        Wide sums[vectors] = {};
        for (std::int64_t c = 0; c < x.rank; ++c) {
            float const* const column = x.columns[c] + i;
#pragma GCC unroll 8
            for (int k = 0; k < vectors; ++k) {
                sums[k] += steps[c] * load<Wide>(column + k * wide);
            }
        }
#pragma GCC unroll 8
        for (int k = 0; k < vectors; ++k) store(sums[k], out + k * wide);
    }

    // out = Q'D Q
    template <int vectors>
    [[gnu::always_inline]] static void square(NearSamples const& x, std::int64_t i,
                                              float const* change, float* out) {
        Wide sums[vectors] = {};
        for (std::int64_t r = 0; r < x.rank; ++r) {
            Wide inner[vectors] = {};
            for (std::int64_t c = 0; c <= r; ++c, ++change) {
                float const* const column = x.columns[c] + i;
#pragma GCC unroll 8
                for (int k = 0; k < vectors; ++k) {
                    inner[k] += *change * load<Wide>(column + k * wide);
                }
            }
            float const* const column = x.columns[r] + i;
#pragma GCC unroll 8
            for (int k = 0; k < vectors; ++k) sums[k] += inner[k] * load<Wide>(column + k * wide);
        }
#pragma GCC unroll 8
        for (int k = 0; k < vectors; ++k) store(sums[k], out + k * wide);
    }

    static void combine_block(NearSamples const& x, std::int64_t first, std::int64_t samples,
                              float const* steps, float* out) {
        constexpr std::int64_t together = 4 * wide;
        std::int64_t i = 0;
        for (; i + together <= samples; i += together) combine<4>(x, first + i, steps, out + i);
        for (; i < samples; i += wide) combine<1>(x, first + i, steps, out + i);
    }
    static void square_block(NearSamples const& x, std::int64_t first, std::int64_t samples,
                             float const* change, float* out) {
        constexpr std::int64_t together = 4 * wide;
        std::int64_t i = 0;
        for (; i + together <= samples; i += together) square<4>(x, first + i, change, out + i);
        for (; i < samples; i += wide) square<1>(x, first + i, change, out + i);
    }

    // Not inlined: else the compiler reads sums by halves, and keeps them in memory all along.
    [[gnu::noinline]] static void gather(Wide some, double* sums) {
        float values[wide];
        store(some, values);
        for (int k = 0; k < wide; k += count) {
            store(load<Doubles>(sums + k) + widen(values + k), sums + k);
        }
    }

    // sums += w q_r q_c of four columns r and four c; of the diagonal's, where c <= r.
    enum class Tile { diagonal, other };
    template <Tile tile>
    static void multiply_tile(NearSamples const& x, std::int64_t first, std::int64_t samples,
                              float const* weights, std::int64_t row, std::int64_t column,
                              double* sums) {
        float const* rows[4];
        float const* columns[4];
        for (int k = 0; k < 4; ++k) {
            rows[k] = x.columns[row + k] + first;
            columns[k] = x.columns[column + k] + first;
        }
        for (std::int64_t lane = 0; lane < near_lanes; lane += wide) {
            Wide sum[4][4] = {};
            for (auto i = lane; i < samples; i += near_lanes) {
                Wide const w = load<Wide>(weights + i);
                Wide right[4];
#pragma GCC unroll 4
                for (int c = 0; c < 4; ++c) right[c] = load<Wide>(columns[c] + i);
#pragma GCC unroll 4
                for (int r = 0; r < 4; ++r) {
                    Wide const left =
                        w * (tile == Tile::diagonal ? right[r] : load<Wide>(rows[r] + i));
#pragma GCC unroll 4
                    for (int c = 0; c < 4; ++c) {
                        if (tile == Tile::other || c <= r) sum[r][c] += left * right[c];
                    }
                }
            }
            // Unrolled as the loop above is, so that sums stay in registers.
#pragma GCC unroll 4
            for (int r = 0; r < 4; ++r) {
#pragma GCC unroll 4
                for (int c = 0; c < 4; ++c) {
                    if ((tile == Tile::diagonal && c > r) || row + r >= x.rank) continue;
                    auto const element = (row + r) * (row + r + 1) / 2 + column + c;
                    gather(sum[r][c], sums + element * near_lanes + lane);
                }
            }
        }
    }

    static void multiply_pairs(NearSamples const& x, std::int64_t first, std::int64_t samples,
                               float const* weights, double* sums) {
        for (std::int64_t row = 0; row < x.rank; row += 4) {
            for (std::int64_t column = 0; column < row; column += 4) {
                multiply_tile<Tile::other>(x, first, samples, weights, row, column, sums);
            }
            multiply_tile<Tile::diagonal>(x, first, samples, weights, row, row, sums);
        }
    }

    // sums += values q_c
    template <int vectors>
    static void multiply(NearSamples const& x, std::int64_t first, std::int64_t samples,
                         float const* const (&values)[vectors], double* const (&sums)[vectors]) {
        for (std::int64_t column = 0; column < x.rank; column += 4) {
            for (std::int64_t lane = 0; lane < near_lanes; lane += wide) {
                Wide sum[vectors][4] = {};
                for (auto i = lane; i < samples; i += near_lanes) {
#pragma GCC unroll 4
                    for (int c = 0; c < 4; ++c) {
                        Wide const right = load<Wide>(x.columns[column + c] + first + i);
#pragma GCC unroll 4
                        for (int v = 0; v < vectors; ++v) {
                            sum[v][c] += load<Wide>(values[v] + i) * right;
                        }
                    }
                }
#pragma GCC unroll 4
                for (int c = 0; c < 4; ++c) {
                    if (column + c >= x.rank) continue;
#pragma GCC unroll 4
                    for (int v = 0; v < vectors; ++v) {
                        gather(sum[v][c], sums[v] + (column + c) * near_lanes + lane);
                    }
                }
            }
        }
    }

    static void clear(double* sums, std::int64_t elements) {
        for (std::int64_t k = 0; k < elements * near_lanes; ++k) sums[k] = 0;
    }
    static void add_up(double const* sums, std::int64_t elements, double* totals) {
        for (std::int64_t e = 0; e < elements; ++e) {
            double total = 0;
            for (std::int64_t k = 0; k < near_lanes; ++k) total += sums[e * near_lanes + k];
            totals[e] = total;
        }
    }

    // What samples of a block have in floats.
    struct Block {
        alignas(64) float moved[near_block];
        alignas(64) float residuals[near_block];  // Less the base's,
        alignas(64) float weights[near_block];    // as are these.
        alignas(64) float crossed[near_block];    // w G
    };

    static NearSums sum(NearSamples const& samples, NearPoint const& point, NearRoom const& room) {
        auto const x = samples;
        auto* const scores = room.lanes;
        auto* const crossed = scores + x.rank * near_lanes;
        auto* const triangle = crossed + x.rank * near_lanes;
        auto const elements = x.rank * (x.rank + 1) / 2;
        clear(scores, 2 * x.rank + elements);
        Sum score, square, rise;
        typename Tilted::Product product;
        Block block;
        for (std::int64_t first = 0; first < x.count; first += near_block) {
            auto const here = x.count - first < near_block ? x.count - first : near_block;
            combine_block(x, first, here, point.steps, block.moved);
            for (std::int64_t i = 0; i < here; i += tilted_step) {
#pragma GCC unroll 4
                for (std::int64_t at = i; at < i + tilted_step; at += lanes) {
#pragma GCC unroll 4
                    for (int k = 0; k < parts; ++k) {
                        auto const s = at + k * count;
                        Doubles const g = load<Doubles>(x.genotypes + first + s);
                        Doubles const m = load<Doubles>(x.risks + first + s);
                        Doubles const r = load<Doubles>(x.residuals + first + s);
                        Doubles const base = load<Doubles>(x.base_risks + first + s);
                        Doubles const d = widen(block.moved + s) + point.effect * g;
                        Doubles const tilted = m * Tilted::exponential(d);
                        Doubles const spared = 1 - m;
                        Doubles const all = spared + tilted;
                        product.part[k] *= all;
                        Doubles const inverse = 1 / all;
                        Doubles const p = tilted * inverse;
                        Doubles const w = p * (spared * inverse);
                        Doubles const residual = r - (p - m);
                        Doubles const weighted = w * g;
                        rise.part[k] += (r + m) * d;
                        score.part[k] += residual * g;
                        square.part[k] += weighted * g;
                        store(p, room.risks + first + s);
                        narrow(residual - load<Doubles>(x.base_residuals + first + s),
                               block.residuals + s);
                        narrow(w - base * (1 - base), block.weights + s);
                        narrow(weighted, block.crossed + s);
                    }
                }
                product.normalize();
            }
            multiply<2>(x, first, here, {block.residuals, block.crossed}, {scores, crossed});
            multiply_pairs(x, first, here, block.weights, triangle);
        }
        add_up(scores, x.rank, room.scores);
        add_up(crossed, x.rank, room.crossed);
        add_up(triangle, elements, room.triangle);
        return {.log_likelihood = rise.total() - product.log(),
                .score = score.total(),
                .square = square.total()};
    }

    static NearStart begin(NearSamples const& samples, double effect, BeginHats const& hats,
                           BeginRoom const& room) {
        auto const x = samples;
        auto* const scores = room.lanes;
        auto* const crossed = scores + x.rank * near_lanes;
        auto* const own_scores = crossed + x.rank * near_lanes;
        auto* const base_scores = own_scores + x.rank * near_lanes;
        clear(scores, 4 * x.rank);
        Sum score, own_score, square, bend;
        Block block;
        double const share = 1 / hats.rest;
        double const base_share = 1 / hats.base_rest;
        for (std::int64_t first = 0; first < x.count; first += near_block) {
            auto const here = x.count - first < near_block ? x.count - first : near_block;
            for (std::int64_t i = 0; i < here; i += lanes) {
#pragma GCC unroll 4
                for (int k = 0; k < parts; ++k) {
                    auto const s = i + k * count;
                    Doubles const g = load<Doubles>(x.genotypes + first + s);
                    Doubles const m = load<Doubles>(x.risks + first + s);
                    Doubles const residual = load<Doubles>(x.residuals + first + s);
                    Doubles const leverage = load<Doubles>(hats.leverages + first + s);
                    Doubles const tilted = m * Tilted::exponential(effect * g);
                    Doubles const spared = 1 - m;
                    Doubles const inverse = 1 / (spared + tilted);
                    Doubles const p = tilted * inverse;
                    Doubles const w = p * (spared * inverse);
                    Doubles const weighted = w * g;
                    Doubles const part = weighted * g;
                    Doubles const own = part * share;
                    Doubles const tilt = 0.5 - p;
                    Doubles const slope = (residual - (p - m)) + w * leverage * tilt;
                    Doubles const own_slope = own * tilt;
                    score.part[k] += slope * g;
                    own_score.part[k] += own_slope * g;
                    square.part[k] += part;
                    bend.part[k] += (part * leverage + own * (g * g)) * (1 - 6 * w);
                    narrow(slope - load<Doubles>(x.base_residuals + first + s),
                           block.residuals + s);
                    narrow(weighted, block.crossed + s);
                    narrow(own_slope, block.weights + s);
                    narrow(m * spared * (g * g * base_share) * (0.5 - m), block.moved + s);
                }
            }
            multiply<4>(x, first, here,
                        {block.residuals, block.crossed, block.weights, block.moved},
                        {scores, crossed, own_scores, base_scores});
        }
        add_up(scores, x.rank, room.scores);
        add_up(crossed, x.rank, room.crossed);
        add_up(own_scores, x.rank, room.own_scores);
        add_up(base_scores, x.rank, room.base_scores);
        return {.score = score.total(),
                .own_score = own_score.total(),
                .square = square.total(),
                .bend = bend.total()};
    }

    static NearPenalty penalize(NearSamples const& samples, double const* risks,
                                NearHats const& hats, NearSlopes const& slopes) {
        auto const x = samples;
        auto* const all_sums = slopes.lanes;
        auto* const own_sums = all_sums + x.rank * near_lanes;
        clear(all_sums, 2 * x.rank);
        Sum score, own_score, bend, third;
        Block block;
        double const share = 1 / hats.rest;
        for (std::int64_t i = 0; i < near_block; ++i) block.weights[i] = 0;
        for (std::int64_t first = 0; first < x.count; first += near_block) {
            auto const here = x.count - first < near_block ? x.count - first : near_block;
            combine_block(x, first, here, hats.fitted, block.moved);
            if (hats.change != nullptr) square_block(x, first, here, hats.change, block.weights);
            for (std::int64_t i = 0; i < here; i += lanes) {
#pragma GCC unroll 4
                for (int k = 0; k < parts; ++k) {
                    auto const s = i + k * count;
                    Doubles const g = load<Doubles>(x.genotypes + first + s);
                    Doubles const p = load<Doubles>(risks + first + s);
                    Doubles const left = g - widen(block.moved + s);
                    Doubles const w = p * (1 - p);
                    Doubles const leverage =
                        load<Doubles>(hats.leverages + first + s) + widen(block.weights + s);
                    Doubles const own = w * (left * left * share);
                    Doubles const hat = w * leverage + own;
                    Doubles const tilt = 0.5 - p;
                    Doubles const slope = hat * tilt;
                    Doubles const own_slope = own * tilt;
                    Doubles const weighted = hat * g;
                    score.part[k] += slope * g;
                    own_score.part[k] += own_slope * g;
                    bend.part[k] += weighted * g * (1 - 6 * w);
                    third.part[k] += own_slope * left;
                    narrow(slope, block.residuals + s);
                    narrow(own_slope, block.crossed + s);
                }
            }
            multiply<2>(x, first, here, {block.residuals, block.crossed}, {all_sums, own_sums});
        }
        add_up(all_sums, x.rank, slopes.scores);
        add_up(own_sums, x.rank, slopes.own_scores);
        return {.score = score.total(),
                .own_score = own_score.total(),
                .bend = bend.total(),
                .skew = 2 * third.total()};
    }

    static constexpr NearForms forms() {
        return {.begin = begin, .sum = sum, .penalize = penalize};
    }
};

}  // namespace
}  // namespace maniple
