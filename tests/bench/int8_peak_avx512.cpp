#include <immintrin.h>

#include "bench/int8_peak.hpp"

namespace maniple::bench {
namespace {

constexpr int sums = 12;  // Two a cycle that take five cycles each need ten.

void run(std::int64_t rounds) {
    auto const genotypes = _mm512_set1_epi8(1);
    auto const digits = _mm512_set1_epi8(-3);
    auto const add = [&](__m512i& sum) { sum = _mm512_dpbusd_epi32(sum, genotypes, digits); };
    // Not an array, which the compiler may keep in memory.
    __m512i s0{}, s1{}, s2{}, s3{}, s4{}, s5{}, s6{}, s7{}, s8{}, s9{}, s10{}, s11{};
    for (std::int64_t r = 0; r < rounds; ++r) {
        add(s0), add(s1), add(s2), add(s3), add(s4), add(s5);
        add(s6), add(s7), add(s8), add(s9), add(s10), add(s11);
    }
    asm volatile("" : : "v"(s0), "v"(s1), "v"(s2), "v"(s3), "v"(s4), "v"(s5));
    asm volatile("" : : "v"(s6), "v"(s7), "v"(s8), "v"(s9), "v"(s10), "v"(s11));
}

}  // namespace

Int8Loop const avx512_int8_loop{
    .instruction = "avx512_vpdpbusd", .operations = 2 * 64 * sums, .run = run};

}  // namespace maniple::bench
