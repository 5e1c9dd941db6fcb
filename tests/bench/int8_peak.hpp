/// \file  How fast this processor multiplies and adds bytes when nothing else is in its way.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace maniple::bench {

/// A loop of one instruction on registers alone.
struct Int8Loop {
    std::string_view instruction;
    std::int64_t operations;           ///< Multiplications and additions of one round.
    void (*run)(std::int64_t rounds);  ///< On one core.
};

/// The instructions that this processor has, slowest first; none where it has no products of bytes.
std::span<Int8Loop const> int8_loops();

/// Operations per second of CPU time of the fastest of them, measured at the first call; 0 without
/// any.
double int8_peak();

/// Of this thread.
double cpu_seconds();

extern Int8Loop const avx2_int8_loop;
extern Int8Loop const avx512_int8_loop;
extern Int8Loop const amx_int8_loop;

}  // namespace maniple::bench
