/// \file  How fast this processor multiplies and adds doubles when nothing else is in its way.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace maniple::bench {

/// A loop of fused multiply-adds on registers alone.
struct DoubleLoop {
    std::string_view name;
    std::int64_t operations;           ///< Multiplications and additions of one round.
    void (*run)(std::int64_t rounds);  ///< On one core.
};

/// Those that this processor runs, slowest first; none where it has no such vectors.
std::span<DoubleLoop const> double_loops();

extern DoubleLoop const avx2_double_loop;
extern DoubleLoop const avx512_double_loop;

}  // namespace maniple::bench
