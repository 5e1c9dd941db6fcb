#include "maniple/stats/concordance.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/bootstrap.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

struct Sample {
    std::vector<double> predictor;
    std::vector<double> times;
    std::vector<std::uint8_t> is_event;
};

Sample make_sample(std::uint64_t item, std::size_t size, std::uint64_t values) {
    RandomStream random{23, Purpose::testing, item};
    Sample sample;
    for (std::size_t i = 0; i < size; ++i) {
        sample.predictor.push_back(static_cast<double>(random.below(values)));
        sample.times.push_back(static_cast<double>(random.below(values + 3)) / 2);
        sample.is_event.push_back(random.uniform() < 0.6 ? 1 : 0);
    }
    return sample;
}

ConcordanceCounts naive(Sample const& sample) {
    ConcordanceCounts counts;
    auto const size = sample.times.size();
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = 0; j < size; ++j) {
            if (sample.is_event[i] == 0) continue;
            bool const earlier = sample.times[i] < sample.times[j];
            bool const censored_then =
                sample.times[i] == sample.times[j] && sample.is_event[j] == 0;
            if (!earlier && !censored_then) continue;
            if (sample.predictor[i] > sample.predictor[j]) ++counts.concordant;
            if (sample.predictor[i] < sample.predictor[j]) ++counts.discordant;
            if (sample.predictor[i] == sample.predictor[j]) ++counts.tied;
        }
    }
    return counts;
}

void check_equal(ConcordanceCounts const& found, ConcordanceCounts const& right) {
    CHECK(found.concordant == right.concordant);
    CHECK(found.discordant == right.discordant);
    CHECK(found.tied == right.tied);
}

TEST_CASE("count_concordance: counts are those of all pairs", "[stats]") {
    std::uint64_t item = 0;
    for (std::size_t size : {0U, 1U, 2U, 3U, 17U, 120U, 301U}) {
        for (std::uint64_t values : {1U, 2U, 9U, 1'000'000U}) {
            auto const sample = make_sample(++item, size, values);
            check_equal(
                count_concordance(PredictorOrder{sample.predictor}, sample.times, sample.is_event),
                naive(sample));
        }
    }
}

TEST_CASE("count_concordance: a resample counts as the samples it is made of", "[stats]") {
    auto const sample = make_sample(77, 90, 8);
    PredictorOrder const order{sample.predictor};
    for (std::uint64_t replicate = 0; replicate < 20; ++replicate) {
        std::vector<std::uint32_t> times(90);
        draw_resample(5, replicate, 1, times);
        Sample expanded;
        for (std::size_t i = 0; i < times.size(); ++i) {
            for (std::uint32_t t = 0; t < times[i]; ++t) {
                expanded.predictor.push_back(sample.predictor[i]);
                expanded.times.push_back(sample.times[i]);
                expanded.is_event.push_back(sample.is_event[i]);
            }
        }
        check_equal(count_concordance(order, sample.times, sample.is_event, times),
                    naive(expanded));
    }
}

TEST_CASE("count_concordance: the greater predictor has the earlier event", "[stats]") {
    std::vector<double> const times{1, 2, 3};
    std::vector<std::uint8_t> const all{1, 1, 1};
    std::vector<std::uint8_t> const none{0, 0, 0};
    std::vector<double> const good{3, 2, 1};
    std::vector<double> const bad{1, 2, 3};
    std::vector<double> const same{1, 1, 1};
    CHECK(count_concordance(PredictorOrder{good}, times, all).index() == 1);
    CHECK(count_concordance(PredictorOrder{bad}, times, all).index() == 0);
    CHECK(count_concordance(PredictorOrder{same}, times, all).index() == 0.5);
    CHECK(std::isnan(count_concordance(PredictorOrder{good}, times, none).index()));
    CHECK_THROWS_AS(count_concordance(PredictorOrder{good}, std::span{times}.first(2), all),
                    ContractViolation);
}

}  // namespace
}  // namespace maniple
