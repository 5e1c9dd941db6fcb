#include "whole_genome_probe.hpp"

#include <omp.h>

#include <time.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/linalg/dense_matrix.hpp"
#include "maniple/model/block_ridge.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/large_blocks.hpp"

namespace maniple {
namespace {

// With more the time of a block is taken to grow as between one trait and these.
constexpr std::int64_t most_traits = 64;
// Of trials, at the most. Samples must be many more than variants of a block: else traits that lack
// some take more steps than they will.
constexpr std::int64_t most_samples = 20'000;
constexpr std::int64_t least_samples = 4'000;
constexpr int repeats = 2;
constexpr std::int64_t stacked_samples = 2'048;

int threads_of(WholeGenomeShape const& shape) {
    return static_cast<int>(std::min<std::int64_t>(shape.threads, omp_get_num_procs()));
}

// Of this thread on a processor: another program that runs meanwhile does not count, a thread that
// shares the core does.
double thread_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Seconds that `work` takes when all threads do it at the same time, in the quickest of some
/// turns. \param prepare  makes the work of one thread.
double time_together(int threads, std::function<std::function<void()>()> const& prepare) {
    std::vector<double> seconds(static_cast<std::size_t>(threads));
    FirstFailure failure;
#pragma omp parallel num_threads(threads)
    {
        auto const thread = static_cast<std::size_t>(omp_get_thread_num());
        std::function<void()> work;
        failure.guard([&] { work = prepare(); });
        auto least = std::numeric_limits<double>::infinity();
        for (int turn = 0; turn < repeats; ++turn) {
#pragma omp barrier
            failure.guard([&] {
                if (!work) return;
                auto const start = thread_seconds();
                work();
                least = std::min(least, thread_seconds() - start);
            });
        }
        seconds[thread] = least;
    }
    if (failure.get()) std::rethrow_exception(failure.get());
    double sum = 0;
    for (double one : seconds) sum += one;
    return sum / threads;
}

// Genotypes 0, 1 and 2, none missing. Neighbours are alike, as they are on chromosomes: traits that
// lack samples then take more steps.
PackedBlock random_block(std::int64_t variants, std::int64_t samples) {
    constexpr std::uint64_t low_bits = 0x5555555555555555;
    constexpr std::int64_t in_a_word = 32;
    PackedBlock block{variants, samples};
    std::mt19937_64 random{1};
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        auto const row = block.row(v);
        auto left = samples;
        for (std::size_t w = 0; w < row.size(); ++w, left -= in_a_word) {
            auto const one = random() & low_bits;
            auto const two = random() & random() & low_bits & ~one;
            auto changed = v.get() == 0 ? low_bits : random() & random() & random() & low_bits;
            changed |= changed << 1;
            auto const before = v.get() == 0 ? 0 : block.row(LocalVariantIndex{v.get() - 1})[w];
            auto const used = left >= in_a_word ? ~std::uint64_t{0}
                              : left > 0        ? (std::uint64_t{1} << (2 * left)) - 1
                                                : 0;
            row[w] = ((before & ~changed) | ((one | two << 1) & changed)) & used;
        }
    }
    return block;
}

/// What level 0 of the shape is like on some samples.
class BlockTrial {
public:
    BlockTrial(WholeGenomeShape const& shape, std::int64_t samples, std::int64_t traits)
        : samples_{samples},
          variants_{std::min(shape.block_variants, shape.variants)},
          basis_{make_basis(samples, shape.columns)},
          block_{random_block(variants_, samples)} {
        std::vector<std::int32_t> folds;
        for (std::int64_t s = 0; s < samples; ++s) {
            folds.push_back(static_cast<std::int32_t>(s * shape.folds / samples));
        }
        auto const share = static_cast<double>(samples) / static_cast<double>(shape.samples);
        auto const lacking = (shape.lacking_traits * traits + shape.traits - 1) / shape.traits;
        auto const lacked = static_cast<double>(shape.lacked) / static_cast<double>(shape.samples);
        std::mt19937_64 random{3};
        std::normal_distribution<double> normal;
        std::uniform_real_distribution<double> uniform{0, 1};
        std::vector<std::vector<double>> residuals;
        for (std::int64_t t = 0; t < traits; ++t) {
            auto& residual = residuals.emplace_back(static_cast<std::size_t>(samples));
            for (auto& value : residual) {
                value = t < lacking && uniform(random) < lacked
                            ? std::numeric_limits<double>::quiet_NaN()
                            : normal(random);
            }
        }
        std::vector<std::span<double const>> const views{residuals.begin(), residuals.end()};
        LevelZeroSettings settings;
        // Penalties weigh as much against these samples as against all.
        settings.variants =
            std::max<std::int64_t>(1, std::llround(static_cast<double>(shape.variants) * share));
        settings.folds = shape.folds;
        settings.heritabilities.clear();
        for (std::int64_t h = 1; h <= shape.heritabilities; ++h) {
            settings.heritabilities.push_back(static_cast<double>(h) /
                                              static_cast<double>(shape.heritabilities + 1));
        }
        design_.emplace(basis_, samples, folds, views, settings);
    }

    double seconds(int threads) const {
        std::vector<LocalVariantIndex> rows;
        for (LocalVariantIndex v{0}; v.get() < variants_; ++v) rows.push_back(v);
        return time_together(threads, [&]() -> std::function<void()> {
            auto ridge = std::make_shared<BlockRidge>(*design_);
            return [this, ridge, &rows] {
                // Memory that was never touched, as it is for each block.
                AlignedBuffer<float> predictors{design_->predictors() * samples_};
                std::vector<float*> places;
                for (std::int64_t r = 0; r < design_->predictors(); ++r) {
                    places.push_back(predictors.data() + r * samples_);
                }
                ridge->predict(block_.view(), rows, places);
            };
        });
    }

private:
    static CovariateBasis make_basis(std::int64_t samples, std::int64_t columns) {
        std::vector<SampleIndex> everybody;
        for (SampleIndex s{0}; s.get() < samples; ++s) everybody.push_back(s);
        std::vector<Covariate> covariates;
        std::mt19937_64 random{4};
        std::normal_distribution<double> normal;
        for (std::int64_t c = 1; c < columns; ++c) {
            auto& covariate = covariates.emplace_back();
            for (std::int64_t s = 0; s < samples; ++s) covariate.values.push_back(normal(random));
        }
        return maniple::make_basis(std::move(everybody), covariates);
    }

    std::int64_t samples_;
    std::int64_t variants_;
    CovariateBasis basis_;
    PackedBlock block_;
    std::optional<LevelZeroDesign> design_;
};

// Of a block with so many traits.
void measure_block(WholeGenomeShape const& shape, std::int64_t traits, int threads,
                   WholeGenomeRates& rates) {
    auto const most = std::clamp(shape.samples, least_samples, most_samples);
    auto const least = most * 3 / 10;
    auto const many = BlockTrial{shape, most, traits}.seconds(threads);
    auto const few = BlockTrial{shape, least, traits}.seconds(threads);
    rates.block_sample_seconds = std::max(0.0, many - few) / static_cast<double>(most - least);
    rates.block_seconds =
        std::max(0.0, many - rates.block_sample_seconds * static_cast<double>(most));
}

void measure_level_zero(WholeGenomeShape const& shape, int threads, WholeGenomeRates& rates) {
    if (shape.traits <= most_traits) {
        measure_block(shape, shape.traits, threads, rates);
        return;
    }
    WholeGenomeRates one;
    measure_block(shape, 1, threads, one);
    measure_block(shape, most_traits, threads, rates);
    auto const steps = static_cast<double>(shape.traits - 1) / static_cast<double>(most_traits - 1);
    auto const extend = [&](double& seconds, double of_one) {
        seconds = of_one + std::max(0.0, seconds - of_one) * steps;
    };
    extend(rates.block_seconds, one.block_seconds);
    extend(rates.block_sample_seconds, one.block_sample_seconds);
}

void measure_level_one(WholeGenomeShape const& shape, int threads, WholeGenomeRates& rates) {
    auto const columns = std::clamp<std::int64_t>(shape.predictors(), 64, 768);
    auto const size = static_cast<double>(columns);
    std::vector<float> x(static_cast<std::size_t>(columns * stacked_samples));
    std::mt19937_64 random{5};
    std::normal_distribution<float> normal;
    for (auto& value : x) value = normal(random);
    MatrixView<float const> const predictors{x.data(), columns, stacked_samples};
    auto const gram_time = time_together(threads, [&]() -> std::function<void()> {
        auto own = std::make_shared<AlignedBuffer<double>>(columns * columns);
        return [own, predictors, columns] {
            add_gram(predictors, {own->data(), columns, columns});
        };
    });
    rates.gram = size * (size + 1) / 2 * stacked_samples / gram_time;
    auto const factor_time = time_together(threads, [&]() -> std::function<void()> {
        auto own = std::make_shared<AlignedBuffer<double>>(columns * columns);
        return [own, columns] {
            MatrixView<double> const matrix{own->data(), columns, columns};
            for (std::int64_t r = 0; r < columns; ++r) {
                for (std::int64_t c = 0; c < r; ++c)
                    matrix(r, c) = 1.0 / static_cast<double>(1 + r);
                matrix(r, r) = static_cast<double>(columns);
            }
            factorize(matrix);
        };
    });
    rates.cholesky = size * size * size / 6 / factor_time;
    auto const predict_time = time_together(threads, [&]() -> std::function<void()> {
        auto own =
            std::make_shared<AlignedBuffer<double>>(shape.folds * (columns + stacked_samples));
        return [own, predictors, columns, folds = shape.folds] {
            add_product(MatrixView<double const>{own->data(), folds, columns}, predictors,
                        {own->data() + folds * columns, folds, stacked_samples});
        };
    });
    rates.predict = static_cast<double>(shape.folds) * size * stacked_samples / predict_time;
}

}  // namespace

WholeGenomeRates measure_rates(WholeGenomeShape const& shape) {
    return_large_blocks(64 << 20);  // As in a scan.
    auto const threads = threads_of(shape);
    WholeGenomeRates rates;
    measure_level_zero(shape, threads, rates);
    measure_level_one(shape, threads, rates);
    return rates;
}

}  // namespace maniple
