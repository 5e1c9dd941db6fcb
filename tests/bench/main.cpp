#include <exception>
#include <iostream>

#include "bench/register_benchmarks.hpp"

// bench_kernels: the loops on data in memory, one core. Rates are per second of CPU time.
// --benchmark_filter=REGEX chooses, --benchmark_format=json is for programs.
int main(int count, char** words) try {
    benchmark::Initialize(&count, words);
    if (benchmark::ReportUnrecognizedArguments(count, words)) return 2;
    maniple::bench::register_peak_benchmarks();
    maniple::bench::register_product_benchmarks();
    maniple::bench::register_loop_benchmarks();
    maniple::bench::register_scan_benchmarks();
    maniple::bench::register_ridge_benchmarks();
    maniple::bench::register_dense_benchmarks();
    maniple::bench::register_stacked_benchmarks();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
} catch (std::exception const& problem) {
    std::cerr << "bench_kernels: " << problem.what() << '\n';
    return 1;
}
