#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bench/random_cohort.hpp"
#include "bench/register_benchmarks.hpp"
#include "maniple/genotype/kernels.hpp"
#include "maniple/genotype/missing_samples.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/genotype/sample_selection.hpp"
#include "maniple/linalg/row_moments.hpp"
#include "maniple/stats/student_t.hpp"
#include "maniple/store/encoded_column.hpp"

namespace maniple::bench {
namespace {

constexpr std::int64_t samples = 20'000;
constexpr std::int64_t variants = 512;
constexpr double missing = 0.01;

PackedBlock const& some_missing() {
    static auto const block = random_block(common_variants(variants, samples, missing));
    return block;
}

SampleMask everybody() {
    SampleMask mask{samples};
    for (SampleIndex s{0}; s.get() < samples; ++s) mask.insert(s);
    return mask;
}

// Everyone whose number is a multiple of `step`.
std::vector<SampleIndex> every(std::int64_t step) {
    std::vector<SampleIndex> list;
    for (std::int64_t s = 0; s < samples; s += step) list.emplace_back(s);
    return list;
}

// One iteration of `work`, `items` items.
template <class Work>
void measure(benchmark::State& state, double items, Work work) {
    for (auto step : state) {
        static_cast<void>(step);
        work();
        benchmark::ClobberMemory();
    }
    state.counters["items"] = rate(items);
    state.counters["each"] = cost(items);
}

// `work(row)` on every variant of a block; the items are genotypes.
template <class Work>
void measure_rows(benchmark::State& state, Work work) {
    auto const block = some_missing().view();
    measure(state, static_cast<double>(variants * samples), [&] {
        for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
            benchmark::DoNotOptimize(work(block.row(v)));
        }
    });
}

void count_masked(benchmark::State& state, InstructionSet set) {
    auto const mask = everybody();
    measure_rows(state, [&](auto row) {
        return kernels(set).count(row.data(), mask.words().data(), std::ssize(row));
    });
}

void count_all(benchmark::State& state, InstructionSet set) {
    measure_rows(state, [&](auto row) {
        return kernels(set).count_all(row.data(), std::ssize(row), samples);
    });
}

void list_missing(benchmark::State& state) {
    auto const mask = everybody();
    std::vector<SampleIndex> room(static_cast<std::size_t>(packed_stride(samples) * 4),
                                  SampleIndex{0});
    measure_rows(state, [&](auto row) { return find_missing(row, mask.words(), room); });
}

std::vector<LocalVariantIndex> tile_rows() {
    std::vector<LocalVariantIndex> rows;
    auto const count = std::min(variants, SampleMajorBlock::tile_variants(samples));
    for (std::int64_t v = 0; v < count; ++v) rows.emplace_back(v);
    return rows;
}

void turn_round(benchmark::State& state) {
    SampleMajorBlock turned{samples};
    auto const rows = tile_rows();
    measure(state, static_cast<double>(std::ssize(rows) * samples),
            [&] { turned.assign(some_missing().view(), rows); });
}

void select_samples(benchmark::State& state, std::int64_t step) {
    SampleMajorBlock turned{samples};
    turned.assign(some_missing().view(), tile_rows());
    auto const list = every(step);
    std::vector<std::uint64_t> room(
        static_cast<std::size_t>(turned.selection_words(std::ssize(list))));
    measure(state, static_cast<double>(turned.variants() * std::ssize(list)),
            [&] { benchmark::DoNotOptimize(turned.select(list, room).words().data()); });
}

void sum_rows(benchmark::State& state, std::int64_t covariates, std::int64_t width) {
    auto const columns = random_columns(samples, width);
    auto const list = every(100);
    RowMoments moments{covariates, width};
    measure(state, static_cast<double>(std::ssize(list)), [&] {
        moments.sum_over(list, columns.integers(), {0, covariates, width});
        benchmark::DoNotOptimize(moments.sum(0));
    });
}

template <class T>
void encode(benchmark::State& state, double scale) {
    constexpr std::int64_t rows = 16'384;
    auto const draws = normal_values(rows, 3);
    std::vector<T> values;
    for (auto draw : draws) values.push_back(static_cast<T>(std::abs(draw) * scale));
    std::vector<std::byte> bytes;
    measure(state, static_cast<double>(rows), [&] {
        bytes.clear();
        encode_results(values, rows, bytes);
        benchmark::DoNotOptimize(bytes.data());
    });
    state.counters["bytes_per_value"] = static_cast<double>(bytes.size()) / rows;
}

void find_p_values(benchmark::State& state) {
    auto const t = normal_values(16'384, 4);
    std::vector<double> found(t.size());
    measure(state, static_cast<double>(t.size()), [&] {
        neg_log10_p_student_t(t, 19'988.0, found);
        benchmark::DoNotOptimize(found.data());
    });
}

void register_counts() {
    for (auto set : runnable_instruction_sets()) {
        auto const name = to_string(set);
        benchmark::RegisterBenchmark(fmt::format("count/masked/{}", name).c_str(), count_masked,
                                     set);
        benchmark::RegisterBenchmark(fmt::format("count/all/{}", name).c_str(), count_all, set);
    }
}

}  // namespace

void register_loop_benchmarks() {
    register_counts();
    benchmark::RegisterBenchmark("find_missing", list_missing);
    benchmark::RegisterBenchmark("sample_selection/assign", turn_round);
    for (std::int64_t step : {50, 5}) {
        auto const name =
            fmt::format("sample_selection/select/share:{}", 1.0 / static_cast<double>(step));
        benchmark::RegisterBenchmark(name.c_str(), select_samples, step);
    }
    for (std::int64_t width : {11, 60}) {
        auto const name = fmt::format("row_moments/covariates:10/columns:{}", width);
        benchmark::RegisterBenchmark(name.c_str(), sum_rows, 10, width);
    }
    benchmark::RegisterBenchmark("encode_results/double", encode<double>, 0.01);
    benchmark::RegisterBenchmark("encode_results/float", encode<float>, 1.0);
    benchmark::RegisterBenchmark("encode_results/int32", encode<std::int32_t>, 100.0);
    benchmark::RegisterBenchmark("encode_results/uint8", encode<std::uint8_t>, 0.0);
    benchmark::RegisterBenchmark("neg_log10_p_student_t", find_p_values);
}

}  // namespace maniple::bench
