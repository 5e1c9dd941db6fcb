#include <immintrin.h>

#include "bench/double_peak.hpp"

namespace maniple::bench {
namespace {

constexpr int sums = 12;  // Two a cycle that take four cycles each need eight.

void run(std::int64_t rounds) {
    auto const a = _mm256_set1_pd(0.5);
    auto const b = _mm256_set1_pd(0.25);
    // Each sum is new to the compiler, or it would keep one for all.
    auto const add = [&](auto& sum) {
        asm volatile("" : "+x"(sum));
        sum = _mm256_fmadd_pd(a, b, sum);
    };
    // Not an array, which the compiler may keep in memory.
    __m256d s0{}, s1{}, s2{}, s3{}, s4{}, s5{}, s6{}, s7{}, s8{}, s9{}, s10{}, s11{};
    for (std::int64_t r = 0; r < rounds; ++r) {
        add(s0), add(s1), add(s2), add(s3), add(s4), add(s5);
        add(s6), add(s7), add(s8), add(s9), add(s10), add(s11);
    }
    asm volatile("" : : "x"(s0), "x"(s1), "x"(s2), "x"(s3), "x"(s4), "x"(s5));
    asm volatile("" : : "x"(s6), "x"(s7), "x"(s8), "x"(s9), "x"(s10), "x"(s11));
}

}  // namespace

DoubleLoop const avx2_double_loop{.name = "avx2_fma", .operations = 2 * 4 * sums, .run = run};

}  // namespace maniple::bench
