#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "../src/genotype/gram_path.hpp"
#include "../src/genotype/product_forms.hpp"
#include "../src/genotype/product_path.hpp"
#include "bench/int8_peak.hpp"
#include "bench/random_cohort.hpp"
#include "bench/register_benchmarks.hpp"

namespace maniple::bench {
namespace {

constexpr std::int64_t operations_per_product = 2 * FixedPointMatrix::limbs;

struct ProductCase {
    InstructionSet set;
    ProductPath path;
    BlockShape block;
    std::int64_t columns;
};

// The latest genotypes and columns: neighbouring benchmarks share them.
PackedView genotypes_of(BlockShape const& shape) {
    static std::optional<std::pair<BlockShape, PackedBlock>> latest;
    if (!latest || latest->first != shape) {
        latest.reset();
        latest.emplace(shape, random_block(shape));
    }
    return latest->second.view();
}

FixedPointMatrix const& columns_of(std::int64_t samples, std::int64_t columns) {
    static FixedPointMatrix latest;
    if (latest.samples() != samples || latest.columns() != columns) {
        latest = {};
        latest = random_columns(samples, columns);
    }
    return latest;
}

void multiply(benchmark::State& state, ProductCase const& what) {
    auto const genotypes = genotypes_of(what.block);
    auto const& columns = columns_of(what.block.samples, what.columns);
    ProductWorkspace workspace{what.columns};
    AlignedBuffer<std::int64_t> sums{what.columns * what.block.variants};
    auto const start = cpu_seconds();
    for (auto step : state) {
        static_cast<void>(step);
        multiply_genotypes(product_form(what.set), what.path, genotypes, columns, workspace,
                           {sums.data(), what.columns, what.block.variants});
        benchmark::DoNotOptimize(sums.data());
        benchmark::ClobberMemory();
    }
    auto const seconds = cpu_seconds() - start;
    auto const all = static_cast<double>(what.block.variants * what.block.samples);
    auto const products = all * static_cast<double>(what.columns);
    state.counters["genotypes"] = rate(all);
    state.counters["products"] = rate(products);
    if (what.path != ProductPath::dense) return;  // Carriers are added, not multiplied.
    state.counters["operations"] = rate(products * operations_per_product);
    if (auto const peak = int8_peak(); peak > 0) {
        auto const done =
            products * operations_per_product * static_cast<double>(state.iterations());
        state.counters["share_of_peak"] = done / seconds / peak;
    }
}

// Slow forms get fewer variants, so that one iteration takes no minutes.
std::int64_t variants_for(InstructionSet set) {
    return set == InstructionSet::scalar ? 32 : set == InstructionSet::avx2 ? 128 : 512;
}

// A level-0 block of a whole-genome regression and the samples of a few folds.
void multiply_gram(benchmark::State& state, InstructionSet set, double missing) {
    constexpr std::int64_t samples = 16'000;
    auto const variants = variants_for(set);
    auto const genotypes = genotypes_of(common_variants(variants, samples, missing));
    auto const incomplete = find_incomplete(genotypes);
    auto const lacking = std::ssize(incomplete);
    AlignedBuffer<std::uint64_t> room{lacking * genotypes.words_per_row()};
    GramWorkspace workspace;
    AlignedBuffer<std::int32_t> gram{variants * variants};
    AlignedBuffer<std::int32_t> crossed{variants * variants};
    AlignedBuffer<std::int32_t> both{variants * variants};
    auto const start = cpu_seconds();
    for (auto step : state) {
        static_cast<void>(step);
        multiply_by_transpose(product_form(set), genotypes, workspace,
                              {gram.data(), variants, variants});
        if (lacking > 0) {
            auto const marks = mark_missing(genotypes, incomplete, room.span());
            multiply_by_transpose(product_form(set), genotypes, marks, workspace,
                                  {crossed.data(), variants, lacking});
            multiply_by_transpose(product_form(set), marks, workspace,
                                  {both.data(), lacking, lacking});
        }
        benchmark::DoNotOptimize(gram.data());
        benchmark::ClobberMemory();
    }
    auto const seconds = cpu_seconds() - start;
    // Products on and below the diagonal count, of `crossed` all.
    auto const pairs =
        variants * (variants + 1) / 2 + variants * lacking + lacking * (lacking + 1) / 2;
    auto const operations = 2 * static_cast<double>(pairs * samples);
    state.counters["operations"] = rate(operations);
    if (auto const peak = int8_peak(); peak > 0) {
        state.counters["share_of_peak"] =
            operations * static_cast<double>(state.iterations()) / seconds / peak;
    }
}

void decode(benchmark::State& state, InstructionSet set) {
    constexpr std::int64_t variants = 32, samples = 20'000, units_at_once = 8;
    constexpr std::int64_t units = samples / FixedPointMatrix::unit_samples;
    auto const genotypes = genotypes_of(common_variants(variants, samples));
    auto const& form = product_form(set);
    AlignedBuffer<std::uint8_t> tiles{variants * units_at_once * FixedPointMatrix::unit_samples};
    std::vector<std::uint8_t const*> rows(variants);
    for (auto step : state) {
        static_cast<void>(step);
        for (std::int64_t u = 0; u + units_at_once <= units; u += units_at_once) {
            for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
                auto const* words = genotypes.row(v).data() + 2 * u;
                rows[v.at()] = reinterpret_cast<std::uint8_t const*>(words);
            }
            form.decode(rows.data(), variants, units_at_once, tiles.data());
            benchmark::DoNotOptimize(tiles.data());
            benchmark::ClobberMemory();
        }
    }
    auto const decoded =
        variants * (units / units_at_once * units_at_once) * FixedPointMatrix::unit_samples;
    state.counters["genotypes"] = rate(static_cast<double>(decoded));
}

void register_dense() {
    // A form without vectors would need minutes for the largest.
    constexpr std::int64_t most_scalar = 20'000 * 210;
    for (std::int64_t samples : {20'000, 500'000}) {
        for (std::int64_t columns : {1, 11, 60, 210, 1'010}) {
            for (auto set : runnable_instruction_sets()) {
                if (set == InstructionSet::scalar && samples * columns > most_scalar) continue;
                ProductCase const what{set, ProductPath::dense,
                                       common_variants(variants_for(set), samples), columns};
                auto const name = fmt::format("product/dense/{}/samples:{}/columns:{}",
                                              to_string(set), samples, columns);
                benchmark::RegisterBenchmark(name.c_str(), multiply, what);
            }
        }
    }
}

void register_gram() {
    for (double missing : {0.0, 0.01}) {
        for (auto set : runnable_instruction_sets()) {
            auto const name = fmt::format("product/gram/{}/missing:{}", to_string(set), missing);
            benchmark::RegisterBenchmark(name.c_str(), multiply_gram, set, missing);
        }
    }
}

void register_sparse() {
    constexpr std::int64_t samples = 20'000;
    auto const set = runnable_instruction_sets().back();
    std::pair<ProductPath, char const*> const paths[] = {{ProductPath::sparse, "sparse"},
                                                         {ProductPath::dense, "dense"},
                                                         {ProductPath::cheaper, "cheaper"}};
    for (std::int64_t columns : {11, 60, 1'010}) {
        for (double carriers : {0.001, 0.003, 0.01, 0.03}) {
            for (auto const& [path, path_name] : paths) {
                ProductCase const what{
                    set, path, {512, samples, carriers / 2, carriers / 2, 0}, columns};
                auto const name = fmt::format("product/rare/{}/{}/columns:{}/carriers:{}",
                                              path_name, to_string(set), columns, carriers);
                benchmark::RegisterBenchmark(name.c_str(), multiply, what);
            }
        }
    }
}

}  // namespace

void register_product_benchmarks() {
    register_dense();
    register_gram();
    register_sparse();
    for (auto set : runnable_instruction_sets()) {
        auto const name = fmt::format("product/decode/{}", to_string(set));
        benchmark::RegisterBenchmark(name.c_str(), decode, set);
    }
}

}  // namespace maniple::bench
