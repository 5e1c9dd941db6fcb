#include "maniple/model/given_total.hpp"

#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"

namespace maniple {

CumulantPoint given_total(CumulantPoint const& poisson, double total) {
    double const r = 1 / (1 + poisson.value / total);
    double const a = r * poisson.first;
    double const b = r * poisson.second;
    double const c = r * poisson.third;
    double const d = r * poisson.fourth;
    double const square = a * a / total;
    return {.value = total * portable_log1p(poisson.value / total),
            .first = a,
            .second = b - square,
            .third = c - a * (3 * b - 2 * square) / total,
            .fourth = d - (4 * a * c + 3 * b * b - square * (12 * b - 6 * square)) / total};
}

CumulantFunction given_total(CumulantFunction poisson, double total) {
    expect(total > 0, "there are events");

    auto const origin = given_total(poisson.origin, total);
    auto const limit = poisson.limit;
    auto const smooth = poisson.smooth;
    auto const at = [poisson = std::move(poisson), total](double t) {
        return given_total(poisson.at(t), total);
    };
    return {.at = at, .origin = origin, .limit = limit, .smooth = smooth};
}

}  // namespace maniple
