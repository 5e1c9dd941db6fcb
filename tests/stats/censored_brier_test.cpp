#include "maniple/stats/censored_brier.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/kaplan_meier.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

struct People {
    std::vector<double> times;
    std::vector<std::uint8_t> is_event;
    std::vector<double> risk;
};

People make_people(std::uint64_t seed, int size, double censored) {
    RandomStream random{6, Purpose::testing, seed};
    People people;
    for (int s = 0; s < size; ++s) {
        people.times.push_back(std::ceil(10 * random.uniform()));
        people.is_event.push_back(random.uniform() < censored ? 0 : 1);
        people.risk.push_back(random.uniform());
    }
    return people;
}

// Chance to be followed beyond, or up to, a time: the product over all times of censoring.
double followed(People const& people, double time, bool up_to) {
    double chance = 1;
    for (double t = 0; t <= 10; ++t) {
        if (up_to ? t >= time : t > time) break;
        double at_risk = 0;
        double censored = 0;
        for (std::size_t s = 0; s < people.times.size(); ++s) {
            bool const same = people.times[s] == t;
            at_risk += people.times[s] > t || (same && people.is_event[s] == 0) ? 1 : 0;
            censored += same && people.is_event[s] == 0 ? 1 : 0;
        }
        if (censored > 0) chance *= 1 - censored / at_risk;
    }
    return chance;
}

double naive(People const& people, double horizon) {
    double sum = 0;
    for (std::size_t s = 0; s < people.times.size(); ++s) {
        auto const r = people.risk[s];
        auto const t = people.times[s];
        if (t > horizon) sum += r * r / followed(people, horizon, false);
        if (t <= horizon && people.is_event[s] != 0) {
            sum += (1 - r) * (1 - r) / followed(people, t, true);
        }
    }
    return sum / static_cast<double>(people.times.size());
}

CensoredBrier score(People const& people, double horizon, Multiplicities copies = {}) {
    return censored_brier(people.times, PredictorOrder{people.times}, people.is_event, people.risk,
                          horizon, copies);
}

TEST_CASE("censored_brier: the formula as it stands, with ties and censoring", "[stats]") {
    int determined = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        auto const people = make_people(seed, 40, 0.4);
        for (double horizon : {0.0, 3.0, 6.5, 9.0}) {
            auto const found = score(people, horizon);
            if (std::isnan(found.score)) continue;
            ++determined;
            CHECK(found.score == Approx(naive(people, horizon)).epsilon(1e-12));
            CHECK(found.mean_risk ==
                  Approx(cumulative_incidence(people.times, people.is_event, horizon).value)
                      .margin(1e-12));
            // One risk for all has the score of a mean.
            auto flat = people;
            std::ranges::fill(flat.risk, found.mean_risk);
            CHECK(score(flat, horizon).score ==
                  Approx(found.mean_risk * (1 - found.mean_risk)).margin(1e-12));
        }
    }
    CHECK(determined > 70);
}

TEST_CASE("censored_brier: people who count several times, or not at all", "[stats]") {
    auto const people = make_people(77, 30, 0.3);
    std::vector<std::uint32_t> copies;
    People expanded;
    for (std::size_t s = 0; s < people.times.size(); ++s) {
        copies.push_back(static_cast<std::uint32_t>(s % 4));
        for (std::size_t c = 0; c < s % 4; ++c) {
            expanded.times.push_back(people.times[s]);
            expanded.is_event.push_back(people.is_event[s]);
            expanded.risk.push_back(people.risk[s]);
        }
    }
    CHECK(score(people, 5, copies).score == Approx(score(expanded, 5).score).epsilon(1e-12));
}

TEST_CASE("censored_brier: not determined where nobody is followed to the horizon", "[stats]") {
    People people{{1, 2, 3}, {1, 0, 0}, {0.5, 0.5, 0.5}};
    CHECK(std::isnan(score(people, 3).score));
    CHECK_FALSE(std::isnan(score(people, 2).score));
    people.is_event = {1, 1, 1};
    CHECK(score(people, 3).score == Approx(0.25));
    CHECK(std::isnan(score({}, 1).score));
    people.risk.pop_back();
    CHECK_THROWS_AS(score(people, 1), ContractViolation);
}

}  // namespace
}  // namespace maniple
