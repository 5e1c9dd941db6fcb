#include <immintrin.h>

#include "bench/int8_peak.hpp"

namespace maniple::bench {
namespace {

constexpr int sums = 10;  // Enough to hide how long an addition takes.

// Sums of 16 bits, as genotypes and digits allow for some time: widening them costs little.
void run(std::int64_t rounds) {
    auto genotypes = _mm256_set1_epi8(1);
    auto const digits = _mm256_set1_epi8(-3);
    auto const add = [&](__m256i& sum) {
        asm volatile("" : "+x"(genotypes));  // The product is new each time.
        sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(genotypes, digits));
    };
    // Not an array, which the compiler may keep in memory.
    __m256i s0{}, s1{}, s2{}, s3{}, s4{}, s5{}, s6{}, s7{}, s8{}, s9{};
    for (std::int64_t r = 0; r < rounds; ++r) {
        add(s0), add(s1), add(s2), add(s3), add(s4);
        add(s5), add(s6), add(s7), add(s8), add(s9);
    }
    asm volatile("" : : "x"(s0), "x"(s1), "x"(s2), "x"(s3), "x"(s4));
    asm volatile("" : : "x"(s5), "x"(s6), "x"(s7), "x"(s8), "x"(s9));
}

}  // namespace

Int8Loop const avx2_int8_loop{
    .instruction = "avx2_vpmaddubsw", .operations = 2 * 32 * sums, .run = run};

}  // namespace maniple::bench
