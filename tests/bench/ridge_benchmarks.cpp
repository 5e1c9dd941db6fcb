#include <limits>
#include <random>
#include <vector>

#include <fmt/format.h>

#include "bench/random_cohort.hpp"
#include "bench/register_benchmarks.hpp"
#include "maniple/model/block_ridge.hpp"

namespace maniple::bench {
namespace {

constexpr std::int64_t covariate_count = 10;
constexpr std::int64_t block_variants = 512;
constexpr std::int64_t folds = 5;

struct RidgeCase {
    std::int64_t samples;
    std::int64_t traits;
    double missing_genotypes;
    double missing_values;  // Of each trait, its own.
};

LevelZeroDesign make_design(RidgeCase const& what) {
    std::vector<SampleIndex> everybody;
    std::vector<std::int32_t> fold_of;
    for (SampleIndex s{0}; s.get() < what.samples; ++s) {
        everybody.push_back(s);
        fold_of.push_back(static_cast<std::int32_t>(s.get() * 7 % 11 % folds));
    }
    std::vector<Covariate> covariates;
    for (std::int64_t c = 0; c < covariate_count; ++c) {
        covariates.push_back({fmt::format("covariate_{}", c),
                              normal_values(what.samples, static_cast<std::uint64_t>(100 + c))});
    }
    std::mt19937_64 random{5};
    std::uniform_real_distribution<double> uniform{0, 1};
    std::vector<std::vector<double>> traits;
    for (std::int64_t t = 0; t < what.traits; ++t) {
        traits.push_back(normal_values(what.samples, static_cast<std::uint64_t>(1000 + t)));
        for (auto& value : traits.back()) {
            if (uniform(random) < what.missing_values)
                value = std::numeric_limits<double>::quiet_NaN();
        }
    }
    std::vector<std::span<double const>> const residuals(traits.begin(), traits.end());
    LevelZeroSettings settings;
    settings.variants = 41'466;
    settings.folds = folds;
    return {make_basis(everybody, covariates), what.samples, fold_of, residuals, settings};
}

void predict_block(benchmark::State& state, RidgeCase const& what) {
    auto const design = make_design(what);
    auto const block =
        random_block(common_variants(block_variants, what.samples, what.missing_genotypes));
    std::vector<LocalVariantIndex> rows;
    for (LocalVariantIndex v{0}; v.get() < block_variants; ++v) rows.push_back(v);
    AlignedBuffer<float> predictors{design.predictors() * what.samples};
    std::vector<float*> places;
    for (std::int64_t p = 0; p < design.predictors(); ++p) {
        places.push_back(predictors.data() + p * what.samples);
    }
    BlockRidge ridge{design};
    for (auto step : state) {
        static_cast<void>(step);
        ridge.predict(block.view(), rows, places);
        benchmark::DoNotOptimize(predictors.data());
        benchmark::ClobberMemory();
    }
}

}  // namespace

void register_ridge_benchmarks() {
    for (auto const& what : {RidgeCase{20'000, 1, 0, 0}, RidgeCase{20'000, 50, 0, 0},
                             RidgeCase{20'000, 50, 0, 0.02}, RidgeCase{20'000, 50, 0.01, 0.02}}) {
        auto const name =
            fmt::format("ridge_block/samples:{}/traits:{}/missing:{}/lacking:{}", what.samples,
                        what.traits, what.missing_genotypes, what.missing_values);
        benchmark::RegisterBenchmark(name.c_str(), predict_block, what)
            ->Unit(benchmark::kMillisecond);
    }
}

}  // namespace maniple::bench
