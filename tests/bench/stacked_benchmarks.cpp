#include <cmath>
#include <random>
#include <vector>

#include "bench/register_benchmarks.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/model/stacked_ridge.hpp"

namespace maniple::bench {
namespace {

// Predictors as level 0 makes them: five of each block that differ little; the trait has a share of
// its variance from them.
struct Cohort {
    static constexpr std::int64_t samples = 20'000;
    static constexpr std::int64_t columns = 415;
    static constexpr std::int64_t contigs = 22;

    AlignedBuffer<float> x{samples * columns};
    std::vector<std::int32_t> contig;
    std::vector<std::int32_t> fold;
    std::vector<double> trait;
    std::vector<double> offset;
    std::vector<std::uint8_t> is_case;

    Cohort() {
        std::mt19937_64 random{1};
        std::normal_distribution<double> normal;
        std::vector<double> block(samples);
        std::vector<double> genetic(samples);
        for (std::int64_t c = 0; c < columns; ++c) {
            contig.push_back(static_cast<std::int32_t>(c * contigs / columns));
            for (std::int64_t s = 0; s < samples; ++s) {
                auto& own = block[static_cast<std::size_t>(s)];
                if (c % 5 == 0) {
                    own = normal(random);
                    genetic[static_cast<std::size_t>(s)] += 0.06 * own;
                }
                x[c * samples + s] = static_cast<float>(own + 0.3 * normal(random));
            }
        }
        std::uniform_real_distribution<double> uniform;
        for (std::size_t s = 0; s < block.size(); ++s) {
            fold.push_back(static_cast<std::int32_t>(random() % 5));
            trait.push_back(genetic[s] + normal(random));
            offset.push_back(-2 + 0.5 * normal(random));
            auto const risk = 1 / (1 + std::exp(-offset[s] - 2 * genetic[s]));
            is_case.push_back(uniform(random) < risk);
        }
    }
};

Cohort const& cohort() {
    static Cohort const own;
    return own;
}

template <class Fit>
void measure(benchmark::State& state, Outcome outcome, Fit fit) {
    constexpr double heritabilities[] = {0.01, 0.25, 0.5, 0.75, 0.99};
    auto const penalties = stacked_penalties(outcome, Cohort::columns, heritabilities);
    auto const& own = cohort();
    StackedData const data{.predictors = {own.x.data(), Cohort::columns, Cohort::samples},
                           .contigs = own.contig,
                           .folds = own.fold,
                           .fold_count = 5,
                           .penalties = penalties};
    for (auto step : state) {
        static_cast<void>(step);
        auto const result = fit(data, own);
        if (result.status != FitStatus::ok) state.SkipWithError("no fit");
    }
    state.counters["traits"] = rate(1);
}

}  // namespace

void register_stacked_benchmarks() {
    auto const add = [](char const* name, auto run) {
        benchmark::RegisterBenchmark(name, run)->Unit(benchmark::kMillisecond);
    };
    add("stacked/quantitative/415x20000", [](benchmark::State& state) {
        measure(state, Outcome::quantitative, [](auto const& data, auto const& own) {
            return fit_stacked_ridge(data, own.trait);
        });
    });
    add("stacked/binary/415x20000", [](benchmark::State& state) {
        measure(state, Outcome::binary, [](auto const& data, auto const& own) {
            return fit_stacked_logistic(data, own.is_case, own.offset);
        });
    });
}

}  // namespace maniple::bench
