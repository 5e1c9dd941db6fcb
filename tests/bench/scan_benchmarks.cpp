#include <limits>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bench/random_cohort.hpp"
#include "bench/register_benchmarks.hpp"
#include "maniple/model/linear_scan.hpp"

namespace maniple::bench {
namespace {

constexpr std::int64_t covariate_count = 10;
constexpr std::int64_t block_variants = 512;
constexpr std::int64_t blocks = 8;  // More than the second-level cache holds.

struct ScanCase {
    std::int64_t samples;
    std::int64_t traits;
    double missing_genotypes;
    double missing_values;  // Of each trait, its own.
};

LinearNull make_null(ScanCase const& what) {
    SampleMask candidates{what.samples};
    for (SampleIndex s{0}; s.get() < what.samples; ++s) candidates.insert(s);
    std::vector<Covariate> covariates;
    for (std::int64_t c = 0; c < covariate_count; ++c) {
        covariates.push_back({fmt::format("covariate_{}", c),
                              normal_values(what.samples, static_cast<std::uint64_t>(100 + c))});
    }
    std::mt19937_64 random{5};
    std::uniform_real_distribution<double> uniform{0, 1};
    std::vector<ScanTrait> traits;
    for (std::int64_t t = 0; t < what.traits; ++t) {
        auto values = normal_values(what.samples, static_cast<std::uint64_t>(1000 + t));
        for (auto& value : values) {
            if (what.missing_values > 0 && uniform(random) < what.missing_values)
                value = std::numeric_limits<double>::quiet_NaN();
        }
        traits.push_back({fmt::format("trait_{}", t), std::move(values)});
    }
    return {candidates, std::move(covariates), traits};
}

// Room for the results of one block.
struct Results {
    AlignedBuffer<double> beta;
    AlignedBuffer<float> standard_error, neg_log10_p, frequency;
    AlignedBuffer<std::uint8_t> status;
    AlignedBuffer<std::int32_t> samples;

    explicit Results(std::int64_t cells)
        : beta{cells},
          standard_error{cells},
          neg_log10_p{cells},
          frequency{cells},
          status{cells},
          samples{cells} {}

    LinearTests tests(LinearNull const& null) {
        auto const traits = std::ssize(null.traits()), patterns = std::ssize(null.patterns());
        return {.beta = {beta.data(), traits, block_variants},
                .standard_error = {standard_error.data(), traits, block_variants},
                .neg_log10_p = {neg_log10_p.data(), traits, block_variants},
                .status = {status.data(), traits, block_variants},
                .alternate_frequency = {frequency.data(), patterns, block_variants},
                .samples = {samples.data(), patterns, block_variants}};
    }
};

void scan(benchmark::State& state, ScanCase const& what) {
    auto const null = make_null(what);
    std::vector<PackedBlock> cohort;
    for (std::int64_t b = 0; b < blocks; ++b) {
        cohort.push_back(
            random_block(common_variants(block_variants, what.samples, what.missing_genotypes),
                         static_cast<std::uint64_t>(b + 1)));
    }
    std::vector<LocalVariantIndex> rows;
    for (std::int64_t v = 0; v < block_variants; ++v) rows.emplace_back(v);
    LinearWorkspace workspace{null, MissingGenotype::drop, block_variants};
    Results results{what.traits * block_variants};
    auto const tests = results.tests(null);
    for (auto step : state) {
        static_cast<void>(step);
        for (auto const& block : cohort) {
            scan_block(null, block.view(), rows, MissingGenotype::drop, {}, workspace, tests);
            benchmark::ClobberMemory();
        }
    }
    auto const tested = static_cast<double>(blocks * block_variants);
    state.counters["genotypes"] = rate(tested * static_cast<double>(what.samples));
    state.counters["each_test"] = cost(tested * static_cast<double>(what.traits));
}

}  // namespace

void register_scan_benchmarks() {
    for (auto const& what :
         {ScanCase{20'000, 1, 0, 0}, ScanCase{20'000, 1, 0.01, 0}, ScanCase{20'000, 50, 0, 0},
          ScanCase{20'000, 50, 0.01, 0}, ScanCase{20'000, 50, 0, 0.02},
          ScanCase{20'000, 50, 0.01, 0.02}, ScanCase{500'000, 1, 0, 0}}) {
        auto const name =
            fmt::format("scan_block/samples:{}/traits:{}/missing_genotypes:{}/missing_values:{}",
                        what.samples, what.traits, what.missing_genotypes, what.missing_values);
        benchmark::RegisterBenchmark(name.c_str(), scan, what);
    }
}

}  // namespace maniple::bench
