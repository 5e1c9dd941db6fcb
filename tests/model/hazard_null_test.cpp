#include "maniple/model/hazard_null.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "model/random_survival.hpp"

namespace maniple {
namespace {

using test::make_survival;
using test::Survival;

void check_against(oracle::Hazards const& truth, HazardNull const& null) {
    auto const beta = truth.fit();
    CHECK(null.log_likelihood == Approx(static_cast<double>(truth.at(beta).value)).epsilon(1e-11));
    auto const expected = truth.expected(beta);
    oracle::Column residuals;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        REQUIRE(null.expected[i] == Approx(static_cast<double>(expected[i])).epsilon(1e-8));
        REQUIRE(null.residuals[i] == (truth.is_event[i] != 0 ? 1 : 0) - null.expected[i]);
    }
    double all = 0;
    for (double r : null.residuals) all += r;
    CHECK(all == Approx(0).margin(1e-10));
    for (auto const& column : truth.columns) {
        double along = 0;
        for (std::size_t i = 0; i < column.size(); ++i)
            along += static_cast<double>(column[i]) * null.residuals[i];
        CHECK(along == Approx(0).margin(1e-6));
    }
}

}  // namespace

TEST_CASE("fit_hazard_null: residuals of the maximum partial likelihood") {
    std::uint64_t item = 0;
    for (double steps : {0.0, 40.0, 4.0, 1.0}) {
        for (double followed : {0.4, 1.0, 50.0}) {
            auto const people =
                make_survival(++item, {.samples = 90, .followed = followed, .steps = steps});
            auto const null = people.null();
            CAPTURE(steps, followed);
            REQUIRE(null.status == FitStatus::ok);
            check_against(people.oracle(people.covariate_columns()), null);
        }
    }
}

TEST_CASE("fit_hazard_null: beside an offset; a shift of it changes nothing") {
    auto const people = make_survival(40, {.samples = 80, .steps = 20});
    auto truth = people.oracle(people.covariate_columns());
    std::vector<double> offset;
    for (double g : people.genotypes) offset.push_back(0.8 * g - 0.3);
    truth.offset.assign(offset.begin(), offset.end());
    auto const basis = people.basis();
    EventTimes outcome{.times = people.times, .is_event = people.is_event, .offset = offset};
    auto const null = fit_hazard_null(basis, people.all(), outcome);
    REQUIRE(null.status == FitStatus::ok);
    check_against(truth, null);
    for (auto& x : offset) x += 200;
    auto const shifted = fit_hazard_null(basis, people.all(), outcome);
    for (std::size_t i = 0; i < null.expected.size(); ++i) {
        CHECK(shifted.expected[i] == Approx(null.expected[i]).epsilon(1e-9));
    }
}

TEST_CASE("fit_hazard_null: no events, few of them, one time for all, separation") {
    auto people = make_survival(41, {.samples = 60});
    auto const events = people.is_event;
    people.is_event.assign(60, 0);
    CHECK(people.null().status == FitStatus::one_class);

    // Whoever has the only event is told apart by two covariates.
    people.is_event[7] = 1;
    CHECK(people.null().status != FitStatus::ok);
    people.covariates.clear();
    auto const one = people.null();
    REQUIRE(one.status == FitStatus::ok);
    check_against(people.oracle({}), one);

    people = make_survival(42, {.samples = 60});
    people.times.assign(60, 3);
    auto const tied = people.null();
    REQUIRE(tied.status == FitStatus::ok);
    check_against(people.oracle(people.covariate_columns()), tied);
    people.is_event.assign(60, 1);
    CHECK(people.null().status == FitStatus::ok);

    people = make_survival(43, {.samples = 60});
    for (std::size_t i = 0; i < people.times.size(); ++i) {
        people.covariates[0].values[people.samples[i].at()] = -people.times[i];
    }
    people.is_event.assign(60, 1);
    CHECK(people.null().status == FitStatus::separated);
}

TEST_CASE("fit_hazard_null: contracts") {
    auto const people = make_survival(44, {.samples = 30});
    auto const basis = people.basis();
    auto const times = std::span{people.times};
    auto const events = std::span{people.is_event};
    CHECK_THROWS_AS(
        fit_hazard_null(basis, people.all(), {.times = times.first(29), .is_event = events}),
        ContractViolation);
    CHECK_THROWS_AS(
        fit_hazard_null(basis, people.all(), {.times = times, .is_event = events.first(29)}),
        ContractViolation);
    CHECK_THROWS_AS(fit_hazard_null(basis, people.all(),
                                    {.times = times, .is_event = events, .offset = times.first(2)}),
                    ContractViolation);
    auto missing = people.times;
    missing[3] = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(fit_hazard_null(basis, people.all(), {.times = missing, .is_event = events}),
                    ContractViolation);
}

}  // namespace maniple
