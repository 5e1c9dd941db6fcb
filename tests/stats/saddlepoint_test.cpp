#include "maniple/stats/saddlepoint.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

/// Cases among people: S = sum of weight (case - risk).
struct People {
    std::vector<double> weights;
    std::vector<double> risks;

    CumulantFunction cumulants() const {
        auto const at = [this](double t) {
            CumulantPoint point;
            for (std::size_t i = 0; i < risks.size(); ++i) {
                double const g = weights[i];
                double const m = risks[i];
                double const e = std::exp(t * g);
                double const p = m * e / (1 - m + m * e);
                double const w = p * (1 - p);
                point.value += std::log1p(m * std::expm1(t * g)) - t * g * m;
                point.first += g * (p - m);
                point.second += g * g * w;
                point.third += g * g * g * w * (1 - 2 * p);
                point.fourth += g * g * g * g * w * (1 - 6 * w);
            }
            return point;
        };
        double reach = 0;
        for (double g : weights) reach = std::max(reach, std::abs(g));
        return {.at = at, .origin = at(0), .limit = 60 / reach, .smooth = 1e-3 / reach};
    }

    /// P(S >= s), or P(S <= s) below 0: all outcomes of few people.
    double exact_tail(double s) const {
        double tail = 0;
        for (std::uint32_t cases = 0; cases < 1U << risks.size(); ++cases) {
            double sum = 0;
            double probability = 1;
            for (std::size_t i = 0; i < risks.size(); ++i) {
                bool const is_case = (cases >> i & 1U) != 0;
                sum += weights[i] * ((is_case ? 1 : 0) - risks[i]);
                probability *= is_case ? risks[i] : 1 - risks[i];
            }
            if (s > 0 ? sum >= s - 1e-12 : sum <= s + 1e-12) tail += probability;
        }
        return tail;
    }

    /// The formula in long double, its root by bisection.
    long double formula(long double s) const {
        using Real = long double;
        auto const slope = [&](Real t) {
            Real sum = 0;
            for (std::size_t i = 0; i < risks.size(); ++i) {
                Real const m = risks[i];
                Real const e = std::exp(t * Real{weights[i]});
                sum += Real{weights[i]} * (m * e / (1 - m + m * e) - m);
            }
            return sum;
        };
        Real low = s > 0 ? 0 : -200;
        Real high = s > 0 ? 200 : 0;
        for (int i = 0; i < 200; ++i) {
            Real const middle = (low + high) / 2;
            (slope(middle) < s ? low : high) = middle;
        }
        Real const t = low;
        Real value = 0;
        Real second = 0;
        for (std::size_t i = 0; i < risks.size(); ++i) {
            Real const g = weights[i];
            Real const m = risks[i];
            Real const e = std::exp(t * g);
            Real const p = m * e / (1 - m + m * e);
            value += std::log(1 - m + m * e) - t * g * m;
            second += g * g * p * (1 - p);
        }
        Real const w = std::copysign(std::sqrt(2 * (t * s - value)), t);
        Real const v = t * std::sqrt(second);
        Real const r = w + std::log(v / w) / w;
        using Wide = boost::multiprecision::cpp_bin_float_50;
        Wide const z = Wide{std::copysign(Real{1}, s) * r} / sqrt(Wide{2});
        return static_cast<long double>(log(Wide{erfc(z)} / 2));
    }
};

People make_people(std::size_t count, double mean_risk, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::uniform_real_distribution<double> uniform{0, 1};
    People people;
    for (std::size_t i = 0; i < count; ++i) {
        people.weights.push_back(0.3 + 1.7 * uniform(random) - (i % 3 == 0 ? 1.5 : 0));
        people.risks.push_back(mean_risk * (0.3 + 1.4 * uniform(random)));
    }
    return people;
}

double spread(People const& people) { return std::sqrt(people.cumulants().origin.second); }

}  // namespace

TEST_CASE("log_saddlepoint_tail: the formula to nine digits, from the centre to the far tail") {
    for (double risk : {0.002, 0.02, 0.3, 0.6}) {
        auto const people = make_people(400, risk, 11);
        for (double deviates : {0.01, 0.5, 2.0, 3.0, 5.0, 8.0}) {
            for (double side : {1.0, -1.0}) {
                double const s = side * deviates * spread(people);
                double reachable = 0;  // On this side.
                for (std::size_t i = 0; i < people.risks.size(); ++i) {
                    double const g = side * people.weights[i];
                    reachable += g > 0 ? g * (1 - people.risks[i]) : -g * people.risks[i];
                }
                if (std::abs(s) > 0.98 * reachable) continue;
                CAPTURE(risk, deviates, side);
                CHECK(log_saddlepoint_tail(people.cumulants(), s) ==
                      Approx(static_cast<double>(people.formula(s))).epsilon(2e-9));
            }
        }
    }
}

TEST_CASE("log_saddlepoint_tail: close to the exact distribution of few people") {
    auto const people = make_people(18, 0.25, 5);
    for (double deviates : {-2.2, -1.5, 1.5, 2.0, 2.5, 3.0, 3.5}) {
        double const s = deviates * spread(people);
        auto const exact = std::log(people.exact_tail(s));
        CAPTURE(deviates);
        CHECK(log_saddlepoint_tail(people.cumulants(), s) == Approx(exact).margin(0.12));
    }
}

TEST_CASE("log_saddlepoint_tail: normal tails do not come close there") {
    auto const people = make_people(18, 0.25, 5);
    double const s = 3.5 * spread(people);
    double const normal = std::log(std::erfc(3.5 / std::numbers::sqrt2) / 2);
    CHECK(std::abs(normal - std::log(people.exact_tail(s))) > 0.5);
}

TEST_CASE("log_saddlepoint_tail: at the end of the distribution the probability of the end") {
    People const people{{1, 1, 1, 1, 1}, {0.01, 0.02, 0.01, 0.05, 0.03}};
    double end = 0;
    double probability = 1;
    for (double m : people.risks) {
        end += 1 - m;
        probability *= m;
    }
    CHECK(log_saddlepoint_tail(people.cumulants(), end) ==
          Approx(std::log(probability)).epsilon(1e-9));
    CHECK(log_saddlepoint_tail(people.cumulants(), 1.5 * end) < -50);
    CHECK(neg_log10_p_saddlepoint(people.cumulants(), end) ==
          Approx(-std::log10(probability)).epsilon(1e-9));
}

TEST_CASE("neg_log10_p_saddlepoint: both tails") {
    auto const people = make_people(300, 0.1, 3);
    for (double deviates : {-4.0, -2.0, -0.3, 0.3, 2.0, 4.0, 9.0}) {
        double const s = deviates * spread(people);
        auto const both = std::exp(people.formula(s)) + std::exp(people.formula(-s));
        CAPTURE(deviates);
        CHECK(neg_log10_p_saddlepoint(people.cumulants(), s) ==
              Approx(std::max(0.0, -std::log10(static_cast<double>(both)))).epsilon(1e-8));
    }
    CHECK(neg_log10_p_saddlepoint(people.cumulants(), 0) == 0);
}

TEST_CASE("guess_tilt: so near that one evaluation of a common variant is enough") {
    auto const people = make_people(4000, 0.1, 17);
    auto const cumulants = people.cumulants();
    for (double deviates : {-4.0, -2.0, 2.0, 4.0}) {
        double const s = deviates * spread(people);
        auto const point = cumulants.at(guess_tilt(cumulants, s));
        CHECK(std::abs((point.first - s) / point.second) < cumulants.smooth);
    }
}

TEST_CASE("log_saddlepoint_tail: 0 has no tail") {
    auto const people = make_people(20, 0.1, 3);
    CHECK_THROWS_AS(log_saddlepoint_tail(people.cumulants(), 0), ContractViolation);
}

}  // namespace maniple
