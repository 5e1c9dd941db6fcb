/// \file  The groups of microbenchmarks of bench_kernels.
#pragma once

#include <benchmark/benchmark.h>

namespace maniple::bench {

void register_peak_benchmarks();     ///< int8_peak/INSTRUCTION: what the machine can do.
void register_product_benchmarks();  ///< product/...: multiply_genotypes and its loops.
void register_loop_benchmarks();     ///< Other loops over genotypes, samples and results.
void register_scan_benchmarks();     ///< scan_block/...: all of a block's work.
void register_ridge_benchmarks();    ///< ridge_block/...: level 0 of a block.
void register_dense_benchmarks();    ///< dense/...: products and factors of doubles.
void register_stacked_benchmarks();  ///< stacked/...: level 1 of one trait.

/// How many of something a second of CPU time does, with `each` of them in one iteration.
inline benchmark::Counter rate(double each) {
    return {each, benchmark::Counter::kIsIterationInvariantRate};
}

/// Seconds of CPU time for one of them.
inline benchmark::Counter cost(double each) {
    return {each, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert};
}

}  // namespace maniple::bench
