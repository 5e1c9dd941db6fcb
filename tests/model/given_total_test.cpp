#include "maniple/model/given_total.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

const std::vector<double> shares{0.2, 0.3, 0.25, 0.25};
const std::vector<double> values{1.31, 0.76, -0.87, -1.09};  // of mean 0

CumulantFunction poisson(double total) {
    auto const at = [total](double t) {
        CumulantPoint point;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            double const g = values[i];
            double const mean = total * shares[i];
            double const e = mean * std::exp(t * g);
            point.value += e - mean - t * g * mean;
            point.first += g * (e - mean);
            point.second += g * g * e;
            point.third += g * g * g * e;
            point.fourth += g * g * g * g * e;
        }
        return point;
    };
    return {.at = at, .origin = at(0), .limit = 20, .smooth = 1e-3};
}

// P(S >= s) of so many draws, each with its share: all sequences.
double exact_tail(int draws, double s, double sum = 0, double probability = 1) {
    if (draws == 0) return sum >= s - 1e-12 ? probability : 0;
    double tail = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        tail += exact_tail(draws - 1, s, sum + values[i], probability * shares[i]);
    }
    return tail;
}

}  // namespace

TEST_CASE("given_total: cumulants of so many draws and their derivatives") {
    for (double total : {1.0, 7.0, 400.0}) {
        auto const given = given_total(poisson(total), total);
        for (double t : {0.0, 0.3, -1.5, 2.5}) {
            long double mean = 0;
            for (std::size_t i = 0; i < shares.size(); ++i) {
                mean += static_cast<long double>(shares[i]) *
                        std::exp(static_cast<long double>(t * values[i]));
            }
            auto const point = given.at(t);
            CAPTURE(total, t);
            CHECK(point.value ==
                  Approx(static_cast<double>(total * std::log(mean))).epsilon(1e-10).margin(1e-12));
            double const h = 1e-4;
            auto const up = given.at(t + h);
            auto const down = given.at(t - h);
            double const size = 1e-6 * total;
            CHECK((up.value - down.value) / (2 * h) == Approx(point.first).margin(size));
            CHECK((up.first - down.first) / (2 * h) == Approx(point.second).margin(size));
            CHECK((up.second - down.second) / (2 * h) == Approx(point.third).margin(size));
            CHECK((up.third - down.third) / (2 * h) == Approx(point.fourth).margin(100 * size));
        }
        CHECK(given.origin.first == 0);
        CHECK(given.origin.second == poisson(total).origin.second);
    }
}

TEST_CASE("given_total: tails of few draws, which Poisson's miss") {
    double misses = 0;
    for (double s : {4.0, 5.0, 6.0, 7.0}) {
        double const exact = std::log(exact_tail(8, s));
        CAPTURE(s);
        CHECK(log_saddlepoint_tail(given_total(poisson(8), 8), s) == Approx(exact).margin(0.25));
        misses = std::fmax(misses, std::abs(log_saddlepoint_tail(poisson(8), s) - exact));
    }
    CHECK(misses > 0.4);
}

TEST_CASE("given_total: no events are refused") {
    CHECK_THROWS_AS(given_total(poisson(1), 0), ContractViolation);
}

}  // namespace maniple
