#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bench/double_peak.hpp"
#include "bench/int8_peak.hpp"
#include "bench/register_benchmarks.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/instruction_set.hpp"
#include "maniple/linalg/dense_matrix.hpp"

namespace maniple::bench {
namespace {

std::vector<DoubleLoop> find_loops() {
    std::vector<DoubleLoop> loops;
#if defined(__x86_64__)
    for (auto set : runnable_instruction_sets()) {
        if (set == InstructionSet::avx2) loops.push_back(avx2_double_loop);
        if (set == InstructionSet::avx512) loops.push_back(avx512_double_loop);
    }
#endif
    return loops;
}

// Operations per second of the fastest loop: the best of some tries, for others may share the core.
double double_peak() {
    static double const peak = [] {
        constexpr std::int64_t operations = 5'000'000'000;
        double best = 0;
        for (auto const& loop : double_loops()) {
            for (int i = 0; i < 10; ++i) {
                auto const start = cpu_seconds();
                loop.run(operations / loop.operations);
                best = std::max(best, static_cast<double>(operations) / (cpu_seconds() - start));
            }
        }
        return best;
    }();
    return peak;
}

template <class T>
class Matrix {
public:
    Matrix(std::int64_t rows, std::int64_t columns)
        : rows_{rows}, columns_{columns}, values_{rows * columns} {
        std::mt19937_64 random{1};
        std::uniform_real_distribution<T> uniform{-1, 1};
        for (auto& value : values_.span()) value = uniform(random);
    }
    MatrixView<T> view() { return {values_.data(), rows_, columns_}; }

private:
    std::int64_t rows_;
    std::int64_t columns_;
    AlignedBuffer<T> values_;
};

// One iteration of `work`: so many multiplications and additions, and their share of the peak.
template <class Work>
void measure(benchmark::State& state, double operations, Work work) {
    auto const peak = double_peak();
    for (auto step : state) {
        static_cast<void>(step);
        work();
        benchmark::ClobberMemory();
    }
    state.counters["operations"] = rate(operations);
    if (peak > 0) state.counters["of_peak"] = rate(operations / peak);
}

void measure_product(benchmark::State& state, std::int64_t rows, std::int64_t columns,
                     std::int64_t inner) {
    Matrix<double> a{rows, inner};
    Matrix<double> b{inner, columns};
    Matrix<double> c{rows, columns};
    measure(state, 2.0 * static_cast<double>(rows * columns * inner),
            [&] { add_product(a.view(), b.view(), c.view()); });
}

void measure_transposed_product(benchmark::State& state, std::int64_t rows, std::int64_t columns,
                                std::int64_t inner) {
    Matrix<double> a{inner, rows};
    Matrix<double> b{inner, columns};
    Matrix<double> c{rows, columns};
    measure(state, 2.0 * static_cast<double>(rows * columns * inner),
            [&] { add_product(Factor{a.view()}.transposed(), b.view(), c.view()); });
}

enum class Layout { columns, samples };

void measure_gram(benchmark::State& state, Layout layout, std::int64_t columns,
                  std::int64_t samples) {
    Matrix<float> x{layout == Layout::columns ? columns : samples,
                    layout == Layout::columns ? samples : columns};
    Matrix<double> gram{columns, columns};
    auto const factor =
        layout == Layout::columns ? Factor{x.view()} : Factor{x.view()}.transposed();
    auto const pairs = static_cast<double>(columns * (columns + 1) / 2);
    measure(state, 2 * pairs * static_cast<double>(samples),
            [&] { add_gram(factor, gram.view()); });
}

void measure_cholesky(benchmark::State& state, std::int64_t rows) {
    Matrix<double> matrix{rows, rows};
    for (std::int64_t r = 0; r < rows; ++r) matrix.view()(r, r) = static_cast<double>(2 * rows);
    Matrix<double> factor{rows, rows};
    auto const size = static_cast<double>(rows);
    measure(state, size * size * size / 3, [&] {
        // A copy of all would take a seventh of the time.
        for (std::int64_t r = 0; r < rows; ++r) {
            std::copy_n(matrix.view().row(r).data(), r + 1, factor.view().row(r).data());
        }
        if (factorize(factor.view()) == 0) state.SkipWithError("not positive definite");
    });
}

void measure_solve(benchmark::State& state, std::int64_t rows, std::int64_t columns) {
    Matrix<double> factor{rows, rows};
    // Solutions that neither grow nor vanish, however often they are solved for again.
    for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c < r; ++c) factor.view()(r, c) = 0;
        factor.view()(r, r) = 1;
    }
    Matrix<double> b{rows, columns};
    measure(state, 2.0 * static_cast<double>(rows * rows * columns), [&] {
        solve_lower(factor.view(), b.view());
        solve_lower_transposed(factor.view(), b.view());
    });
}

void add(std::string const& name, std::function<void(benchmark::State&)> const& run) {
    benchmark::RegisterBenchmark(name.c_str(), run);
}

}  // namespace

std::span<DoubleLoop const> double_loops() {
    static std::vector<DoubleLoop> const loops = find_loops();
    return loops;
}

void register_dense_benchmarks() {
    for (auto const& loop : double_loops()) {
        add(fmt::format("double_peak/{}", loop.name), [loop](benchmark::State& state) {
            constexpr std::int64_t rounds = 10'000;
            measure(state, static_cast<double>(rounds * loop.operations),
                    [&] { loop.run(rounds); });
        });
    }
    struct Shape {
        std::int64_t rows, columns, inner;
    };
    for (auto const& [rows, columns, inner] : {Shape{512, 512, 512}, Shape{512, 50, 4000},
                                               Shape{415, 25, 20'000}, Shape{1, 415, 20'000}}) {
        auto const shape = fmt::format("{}x{}x{}", rows, columns, inner);
        add("dense/product/" + shape,
            [=](auto& state) { measure_product(state, rows, columns, inner); });
        add("dense/transposed_product/" + shape,
            [=](auto& state) { measure_transposed_product(state, rows, columns, inner); });
    }
    for (std::int64_t columns : {100, 415, 1000}) {
        add(fmt::format("dense/gram_of_columns/{}x20000", columns),
            [=](auto& state) { measure_gram(state, Layout::columns, columns, 20'000); });
        add(fmt::format("dense/gram_of_samples/{}x20000", columns),
            [=](auto& state) { measure_gram(state, Layout::samples, columns, 20'000); });
    }
    for (std::int64_t rows : {64, 128, 256, 415, 512, 1000, 2000}) {
        add(fmt::format("dense/cholesky/{}", rows),
            [=](auto& state) { measure_cholesky(state, rows); });
    }
    for (std::int64_t columns : {1, 50}) {
        add(fmt::format("dense/solve/512x{}", columns),
            [=](auto& state) { measure_solve(state, 512, columns); });
    }
}

}  // namespace maniple::bench
