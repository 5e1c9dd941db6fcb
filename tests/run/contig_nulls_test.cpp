#include "maniple/run/contig_nulls.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

constexpr std::int64_t samples = 200;
constexpr std::size_t trait_count = 23;  // Several parts.

bool is_binary(std::size_t trait) { return trait == 4 || trait == 9 || trait == 22; }

/// Predictions made up from trait and contig.
class MadeUp final : public PredictorSource {
public:
    explicit MadeUp(std::size_t contigs) : PredictorSource{"made up", {}} {
        for (std::size_t c = 0; c < contigs; ++c) contigs_.push_back(std::to_string(c + 1));
        for (std::size_t t = 0; t < trait_count; ++t) traits_.push_back("t" + std::to_string(t));
    }

    void prepare(std::span<std::size_t const>) override {}
    bool is_complete(std::size_t) const override { return true; }
    TraitPrediction how(std::size_t trait) const override {
        if (is_binary(trait)) return {.unit = unit_of_binary, .scale = 1};
        return {.unit = unit, .scale = trait == 3 ? 5 : std::numeric_limits<double>::quiet_NaN()};
    }
    std::optional<std::int64_t> trait_samples(std::size_t) const override { return {}; }
    std::vector<float> read(std::size_t trait, std::size_t contig) const override {
        std::mt19937 random{static_cast<unsigned>(100 * trait + contig)};
        std::normal_distribution<float> normal;
        std::vector<float> values(static_cast<std::size_t>(samples));
        for (auto& value : values) value = 0.3F * normal(random);
        if (contig == lost) values[7] = std::numeric_limits<float>::quiet_NaN();
        return values;
    }
    std::int64_t bytes_per_trait() const override { return 0; }
    std::vector<std::filesystem::path> files(std::span<std::size_t const>) const override {
        return {};
    }

    PredictionUnit unit = PredictionUnit::residual_sd;
    PredictionUnit unit_of_binary = PredictionUnit::log_odds;
    std::size_t lost = 99;  // A contig without a prediction for somebody.
};

/// Traits of both kinds, in between each other.
ScanModels make_models() {
    std::mt19937 random{9};
    std::normal_distribution<double> normal;
    SampleMask everybody{samples};
    Covariate age{.name = "age", .values = {}};
    std::vector<ScanTrait> quantitative;
    std::vector<ScanTrait> binary;
    std::vector<TraitModel> kinds;
    for (std::size_t t = 0; t < trait_count; ++t) {
        auto& trait = (is_binary(t) ? binary : quantitative).emplace_back();
        trait.name = "t" + std::to_string(t);
        for (std::int64_t s = 0; s < samples; ++s) {
            trait.values.push_back(is_binary(t) ? (normal(random) > 0.3 ? 1 : 0) : normal(random));
        }
        kinds.push_back(is_binary(t) ? TraitModel::logistic : TraitModel::linear);
    }
    std::vector<EventOutline> outlines;
    for (auto const& trait : binary) outlines.push_back({trait.name});
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        everybody.insert(s);
        age.values.push_back(normal(random));
    }
    std::vector<Covariate> const covariates{age};
    LinearNull linear{everybody, covariates, quantitative};
    EventLoaders const load{.values = [&](std::size_t t, std::span<double> values) {
        std::ranges::copy(binary[t].values, values.begin());
    }};
    EventNull logistic{everybody, covariates, outlines, load};
    UnitLayout layout{linear, &logistic, kinds};
    return {
        .linear = std::move(linear), .events = std::move(logistic), .layout = std::move(layout)};
}

std::vector<std::size_t> all_traits() {
    std::vector<std::size_t> all;
    for (std::size_t t = 0; t < trait_count; ++t) all.push_back(t);
    return all;
}

double sum_of(ContigNulls::Lease const& lease) {
    double sum = 0;
    for (auto const& trait : lease.linear().traits()) {
        sum += trait.residual_squares * (1 + trait.unit);
    }
    for (auto const& trait : lease.events()->traits()) {
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            sum += static_cast<double>(s.get() % 7) * trait.residual(s) * (1 + trait.units[1]);
        }
    }
    return sum;
}

TEST_CASE("ContigNulls: without offsets every model is the plain one", "[run]") {
    auto const plain = make_models();
    ContigNulls nulls{plain, std::nullopt, 2};
    CHECK(nulls.read(0) == nullptr);
    auto const lease = nulls.lease(nullptr);
    CHECK(&lease.linear() == &plain.linear);
    CHECK(lease.events() == &*plain.events);
}

TEST_CASE("ContigNulls: a contig's model is the same whoever makes it, whenever", "[run]") {
    constexpr std::size_t contigs = 5;
    auto const plain = make_models();
    MadeUp const source{contigs};
    OffsetReader const reader{source, all_traits(), plain};
    CHECK(reader.scales()[3] == 5);
    CHECK(reader.scales()[4] ==
          Approx(std::sqrt(plain.linear.traits()[4].residual_squares / (samples - 2))));

    std::vector<double> expected;
    ContigNulls alone{plain, reader, 1};
    for (std::size_t c = 0; c < contigs; ++c) {
        auto const lease = alone.lease(alone.read(c));
        expected.push_back(sum_of(lease));
        CHECK(lease.linear().traits()[0].residual_squares !=
              plain.linear.traits()[0].residual_squares);
        CHECK(lease.events()->traits()[1].mean[5] != plain.events->traits()[1].mean[5]);
    }
    CHECK(expected[0] != expected[1]);

    // Threads come in any order, each for contigs of its own liking, more of them than models.
    auto const threads = GENERATE(2, 5);
    ContigNulls nulls{plain, reader, threads};
    std::vector<std::shared_ptr<ContigOffsets const>> offsets;
    for (std::size_t c = 0; c < contigs; ++c) offsets.push_back(nulls.read(c));
    std::atomic<int> wrong = 0;
    std::vector<std::thread> all;
    for (int t = 0; t < threads; ++t) {
        all.emplace_back([&, t] {
            std::mt19937 random{static_cast<unsigned>(t)};
            for (int turn = 0; turn < 60; ++turn) {
                auto const c = random() % contigs;
                auto const lease = nulls.lease(offsets[c]);
                if (sum_of(lease) != expected[c]) ++wrong;
            }
        });
    }
    for (auto& thread : all) thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("ContigNulls: a failure reaches every thread that waits", "[run]") {
    auto const plain = make_models();
    MadeUp const source{2};
    OffsetReader const reader{source, all_traits(), plain};
    ContigNulls nulls{plain, reader, 2};
    // What is predicted is the trait: nothing is left of it.
    auto same = std::make_shared<ContigOffsets>();
    for (std::size_t t = 0; t < trait_count; ++t) {
        bool const is_predicted =
            t < plain.linear.traits().size() && plain.linear.traits()[t].name == "t11";
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            same->values.push_back(static_cast<float>(
                is_predicted
                    ? plain.linear.residual(plain.linear.traits()[t], s) / reader.scales()[t]
                    : 0));
        }
    }
    // Rounding to float32 leaves 1e-8 of it, which is no variation.
    std::atomic<int> refused = 0;
    std::vector<std::thread> all;
    for (int t = 0; t < 3; ++t) {
        all.emplace_back([&] {
            try {
                auto const lease = nulls.lease(same);
            } catch (UserError const& error) {
                if (std::string{error.what()}.find("'t11'") != std::string::npos) ++refused;
            }
        });
    }
    for (auto& thread : all) thread.join();
    CHECK(refused == 3);
}

TEST_CASE("OffsetReader: somebody without a prediction for one contig alone is damage", "[run]") {
    auto const plain = make_models();
    MadeUp source{3};
    source.lost = 1;
    OffsetReader const reader{source, all_traits(), plain};
    CHECK_NOTHROW(reader.read(0));
    auto const some = std::vector<std::size_t>{1, 2};
    CHECK_THROWS_AS(reader.read(1), CorruptInput);
    CHECK_THROWS_AS((OffsetReader{source, some, plain}), ContractViolation);
    source.unit = PredictionUnit::log_odds;
    CHECK_THROWS_AS((OffsetReader{source, all_traits(), plain}), ContractViolation);
    source.unit = PredictionUnit::unknown;
    source.unit_of_binary = PredictionUnit::residual_sd;
    CHECK_THROWS_AS((OffsetReader{source, all_traits(), plain}), ContractViolation);
}

}  // namespace
}  // namespace maniple
