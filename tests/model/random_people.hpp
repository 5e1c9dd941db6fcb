/// \file  People for tests of regressions, and what multiplicities stand for.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "maniple/stats/random_stream.hpp"

namespace maniple::test {

/// Two columns, a trait, an outcome, and a time (in steps, so that there are ties).
struct People {
    std::vector<double> a;
    std::vector<double> b;
    std::vector<double> trait;
    std::vector<std::uint8_t> is_case;
    std::vector<double> time;
    std::vector<std::uint32_t> times;

    std::vector<std::span<double const>> columns() const { return {a, b}; }
    std::int64_t size() const { return std::ssize(a); }
};

inline People make_people(std::uint64_t item, int size) {
    RandomStream random{31, Purpose::testing, item};
    People people;
    for (int i = 0; i < size; ++i) {
        people.a.push_back(50 + 10 * random.normal());
        people.b.push_back(random.uniform() < 0.4 ? 1 : 0);
        auto const x = 0.06 * (people.a.back() - 50) - 0.5 * people.b.back();
        people.trait.push_back(x + random.normal());
        people.is_case.push_back(random.uniform() < 1 / (1 + std::exp(0.5 - x)) ? 1 : 0);
        people.time.push_back(std::ceil(8 * random.exponential() * std::exp(-x)));
        people.times.push_back(static_cast<std::uint32_t>(random.below(3)));
    }
    return people;
}

/// Each as often as `times` says.
inline People expand(People const& few) {
    People many;
    for (std::size_t i = 0; i < few.a.size(); ++i) {
        for (std::uint32_t t = 0; t < few.times[i]; ++t) {
            many.a.push_back(few.a[i]);
            many.b.push_back(few.b[i]);
            many.trait.push_back(few.trait[i]);
            many.is_case.push_back(few.is_case[i]);
            many.time.push_back(few.time[i]);
        }
    }
    return many;
}

}  // namespace maniple::test
