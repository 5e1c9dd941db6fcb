#include <immintrin.h>

#include "bench/double_peak.hpp"

namespace maniple::bench {
namespace {

constexpr int sums = 12;  // Two a cycle that take four cycles each need eight.

void run(std::int64_t rounds) {
    auto const a = _mm512_set1_pd(0.5);
    auto const b = _mm512_set1_pd(0.25);
    // Each sum is new to the compiler, or it would keep one for all.
    auto const add = [&](auto& sum) {
        asm volatile("" : "+v"(sum));
        sum = _mm512_fmadd_pd(a, b, sum);
    };
    // Not an array, which the compiler may keep in memory.
    __m512d s0{}, s1{}, s2{}, s3{}, s4{}, s5{}, s6{}, s7{}, s8{}, s9{}, s10{}, s11{};
    for (std::int64_t r = 0; r < rounds; ++r) {
        add(s0), add(s1), add(s2), add(s3), add(s4), add(s5);
        add(s6), add(s7), add(s8), add(s9), add(s10), add(s11);
    }
    asm volatile("" : : "v"(s0), "v"(s1), "v"(s2), "v"(s3), "v"(s4), "v"(s5));
    asm volatile("" : : "v"(s6), "v"(s7), "v"(s8), "v"(s9), "v"(s10), "v"(s11));
}

}  // namespace

DoubleLoop const avx512_double_loop{.name = "avx512_fma", .operations = 2 * 8 * sums, .run = run};

}  // namespace maniple::bench
