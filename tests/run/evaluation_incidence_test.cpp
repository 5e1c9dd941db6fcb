#include "../src/run/evaluation_incidence.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/run/small_cells.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

struct Followed {
    std::vector<double> times;
    std::vector<std::uint8_t> is_event;
};

Followed draw(std::uint64_t seed, std::uint64_t count) {
    Followed people;
    for (std::uint64_t s = 0; s < count; ++s) {
        RandomStream random{seed, Purpose::testing, s};
        people.times.push_back(std::ceil(30 * random.uniform()) / 2);
        people.is_event.push_back(random.uniform() < 0.3 ? 1 : 0);
    }
    return people;
}

// People of each class who left after one time and by another.
std::array<std::int64_t, 2> count_between(Followed const& people, double after, double until) {
    std::array<std::int64_t, 2> counts{};
    for (std::size_t s = 0; s < people.times.size(); ++s) {
        if (people.times[s] > after && people.times[s] <= until) ++counts[people.is_event[s]];
    }
    return counts;
}

TEST_CASE("choose_times: between any two told times none or enough leave, of either kind",
          "[run]") {
    std::vector<double> candidates;
    for (int i = 1; i < 60; ++i) candidates.push_back(i / 4.0);
    std::size_t told = 0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        auto const people = draw(seed, 40 + 20 * seed);
        auto times = choose_times(people.times, people.is_event, candidates, 0, 5);
        told += times.size();
        CHECK(std::ranges::is_sorted(times));
        times.insert(times.begin(), -1);
        times.push_back(1e9);
        for (auto a : times) {
            for (auto b : times) {
                for (auto count : count_between(people, a, b)) CHECK_FALSE(is_small(count, 5));
            }
        }
    }
    CHECK(told > 100);
}

TEST_CASE("choose_times: the horizon comes first, and without it nothing is told", "[run]") {
    auto const people = draw(3, 600);
    std::vector<double> const candidates{2, 4, 6, 7.5, 8, 10};
    auto const times = choose_times(people.times, people.is_event, candidates, 7.5, 5);
    CHECK(std::ranges::count(times, 7.5) == 1);
    // Two events by the horizon alone.
    Followed few{.times = std::vector<double>(100, 9), .is_event = std::vector<std::uint8_t>(100)};
    for (std::size_t s = 0; s < 40; ++s) few.is_event[s] = 1;
    few.times[0] = few.times[1] = 3;
    for (std::size_t s = 90; s < 100; ++s) few.times[s] = 20;
    CHECK(choose_times(few.times, few.is_event, std::vector{5.0, 12.0}, 5, 5).empty());
    CHECK(choose_times(few.times, few.is_event, std::vector{5.0, 12.0}, 0, 5) == std::vector{12.0});
    CHECK_THROWS_AS(choose_times(few.times, {}, candidates, 0, 5), ContractViolation);
}

}  // namespace
}  // namespace maniple
