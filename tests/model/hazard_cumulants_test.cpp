#include "maniple/model/hazard_cumulants.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/model/firth_effect.hpp"
#include "model/random_survival.hpp"

namespace maniple {
namespace {

using Values = oracle::Column;
using oracle::Real;
using test::make_survival;
using test::Survival;

/// One genotype beside the null model's predictor.
oracle::Hazards beside_null(Survival const& people, HazardNull const& null,
                            std::vector<double> const& genotypes) {
    auto truth = people.oracle({Values(genotypes.begin(), genotypes.end())});
    truth.offset.assign(null.predictor.begin(), null.predictor.end());
    return truth;
}

// beta U - K(beta) is the rise of the partial likelihood; its derivatives are slope and curvature.
void check_likelihood(oracle::Hazards const& truth, CumulantFunction const& cumulants,
                      double score) {
    auto const start = truth.at({0});
    CHECK(score == Approx(static_cast<double>(start.score[0])).epsilon(1e-9).margin(1e-9));
    for (double beta : {0.0, 1e-9, 0.4, -1.3, 3.0, -8.0}) {
        CAPTURE(beta);
        auto const there = truth.at({beta});
        auto const point = cumulants.at(beta);
        CHECK(beta * score - point.value ==
              Approx(static_cast<double>(there.value - start.value)).epsilon(1e-9).margin(1e-9));
        CHECK(score - point.first ==
              Approx(static_cast<double>(there.score[0])).epsilon(1e-9).margin(1e-9));
        auto const information = static_cast<double>(there.information[0][0]);
        CHECK(point.second == Approx(information).epsilon(1e-9).margin(1e-12));
        Real const h = 1e-3L;
        auto const up = truth.at({beta + h}).information[0][0];
        auto const down = truth.at({beta - h}).information[0][0];
        CHECK(point.third ==
              Approx(static_cast<double>((up - down) / (2 * h))).epsilon(1e-4).margin(1e-5));
        CHECK(point.fourth ==
              Approx(static_cast<double>((up - 2 * there.information[0][0] + down) / (h * h)))
                  .epsilon(1e-4)
                  .margin(1e-4));
    }
}

/// Carriers of a genotype, out of order.
struct Carriers {
    std::vector<std::int64_t> positions;
    std::vector<double> genotypes;

    explicit Carriers(Survival const& people) {
        for (std::size_t i = people.genotypes.size(); i-- > 0;) {
            if (people.genotypes[i] == 0) continue;
            positions.push_back(people.samples[i].get());
            genotypes.push_back(people.genotypes[i]);
        }
    }
};

}  // namespace

TEST_CASE("hazard cumulants: the partial likelihood of one genotype and its derivatives") {
    std::uint64_t item = 60;
    for (double steps : {0.0, 10.0, 2.0}) {
        for (double followed : {0.3, 20.0}) {
            for (double frequency : {0.3, 0.02}) {
                auto const people = make_survival(
                    ++item,
                    {.samples = 60, .followed = followed, .steps = steps, .frequency = frequency});
                auto const null = people.null();
                REQUIRE(null.status == FitStatus::ok);
                CAPTURE(steps, followed, frequency);
                auto const truth = beside_null(people, null, people.genotypes);
                HazardCumulants work{people.size(), null.risk_sets.events()};
                work.set_all(null.risk_sets, people.spread(people.genotypes));
                check_likelihood(truth, work.function(), work.score());
                Carriers carriers{people};
                work.set_carriers(null.risk_sets, carriers.positions, carriers.genotypes);
                check_likelihood(truth, work.function(), work.score());
            }
        }
    }
}

TEST_CASE("hazard cumulants: the score is that of the null model's residuals") {
    auto const people = make_survival(80, {.samples = 300, .steps = 5});
    auto const null = people.null();
    HazardCumulants work{people.size(), null.risk_sets.events()};
    work.set_all(null.risk_sets, people.spread(people.genotypes));
    double score = 0;
    for (std::size_t i = 0; i < null.residuals.size(); ++i)
        score += people.genotypes[i] * null.residuals[i];
    CHECK(work.score() == Approx(score).epsilon(1e-11));
}

TEST_CASE("hazard cumulants: nothing is left of the spread of those who are no carriers") {
    auto const people = make_survival(81, {.samples = 50});
    auto const null = people.null();
    HazardCumulants work{people.size(), null.risk_sets.events()};
    work.set_all(null.risk_sets, people.spread(people.genotypes));
    auto const alone = work.function().at(0.7);
    auto const both = work.function(2).at(0.7);
    CHECK(both.value == Approx(alone.value + 0.49));
    CHECK(both.first == Approx(alone.first + 1.4));
    CHECK(both.second == Approx(alone.second + 2));
    CHECK(work.function(2).origin.second == Approx(work.function().origin.second + 2));
}

TEST_CASE("hazard cumulants: risk sets without some samples are those of the others") {
    for (double steps : {0.0, 3.0}) {
        auto people = make_survival(82, {.samples = 90, .steps = steps});
        auto const null = people.null();
        std::vector<SampleIndex> dropped;
        Survival rest;
        std::vector<double> predictor;
        for (std::size_t i = 0; i < people.samples.size(); ++i) {
            if (i % 4 == 1) {
                dropped.push_back(people.samples[i]);
                continue;
            }
            rest.samples.push_back(people.samples[i]);
            rest.times.push_back(people.times[i]);
            rest.is_event.push_back(people.is_event[i]);
            rest.genotypes.push_back(people.genotypes[i]);
            predictor.push_back(null.predictor[i]);
        }
        auto truth = rest.oracle({Values(rest.genotypes.begin(), rest.genotypes.end())});
        truth.offset.assign(predictor.begin(), predictor.end());
        auto const sets = null.risk_sets.without(dropped);
        HazardCumulants work{people.size(), null.risk_sets.events()};
        work.set_all(sets, people.spread(people.genotypes));
        check_likelihood(truth, work.function(), work.score());
        Carriers carriers{people};
        for (std::size_t k = carriers.positions.size(); k-- > 0;) {
            if (sets.places()[static_cast<std::size_t>(carriers.positions[k])] >= 0) continue;
            carriers.positions.erase(carriers.positions.begin() + static_cast<std::ptrdiff_t>(k));
            carriers.genotypes.erase(carriers.genotypes.begin() + static_cast<std::ptrdiff_t>(k));
        }
        work.set_carriers(sets, carriers.positions, carriers.genotypes);
        check_likelihood(truth, work.function(), work.score());
    }
}

TEST_CASE("Firth's regression of a hazard: the largest penalised partial likelihood") {
    std::uint64_t item = 90;
    for (double frequency : {0.3, 0.02}) {
        for (double steps : {0.0, 4.0}) {
            auto const people =
                make_survival(++item, {.samples = 80, .steps = steps, .frequency = frequency});
            auto const null = people.null();
            HazardCumulants work{people.size(), null.risk_sets.events()};
            work.set_all(null.risk_sets, people.spread(people.genotypes));
            auto const found = fit_firth_effect(work.function(), work.score());
            auto const truth = beside_null(people, null, people.genotypes);
            auto const beta = truth.fit_firth();
            REQUIRE(found.has_converged);
            CHECK(found.beta == Approx(static_cast<double>(beta)).epsilon(1e-6).margin(1e-7));
            auto const there = truth.at({beta});
            auto const start = truth.at({0});
            CHECK(
                found.standard_error ==
                Approx(static_cast<double>(1 / std::sqrt(there.information[0][0]))).epsilon(1e-6));
            auto const rise = there.value - start.value +
                              std::log(there.information[0][0] / start.information[0][0]) / 2;
            CHECK(found.likelihood_ratio ==
                  Approx(static_cast<double>(2 * rise)).epsilon(1e-6).margin(1e-9));
        }
    }
}

TEST_CASE("Firth's regression of a hazard: finite where the partial likelihood grows for ever") {
    for (bool any_carrier_dies : {false, true}) {
        auto people = make_survival(95, {.samples = 60});
        for (std::size_t i = 0; i < people.genotypes.size(); ++i) {
            bool const dies = people.is_event[i] != 0;
            people.genotypes[i] = dies == any_carrier_dies && i % 3 == 0 ? 1 : 0;
            if (any_carrier_dies && dies) people.genotypes[i] = 1;
        }
        auto const null = people.null();
        HazardCumulants work{people.size(), null.risk_sets.events()};
        work.set_all(null.risk_sets, people.spread(people.genotypes));
        auto const found = fit_firth_effect(work.function(), work.score());
        REQUIRE(found.has_converged);
        auto const truth = beside_null(people, null, people.genotypes);
        CHECK(found.beta == Approx(static_cast<double>(truth.fit_firth())).epsilon(1e-6));
        CHECK(std::abs(found.beta) < 10);
        CHECK((found.beta > 0) == any_carrier_dies);
        CHECK(std::isfinite(found.standard_error));
    }
}

TEST_CASE("hazard cumulants: the tail is that of events that fall on those at risk") {
    // Every sequence of events with its probability: a score and its distribution.
    auto const people = make_survival(97, {.samples = 14, .followed = 0.9, .frequency = 0.4});
    auto survivors = people;
    survivors.covariates.clear();
    auto const null = survivors.null();
    REQUIRE(null.risk_sets.events() >= 6);
    HazardCumulants work{people.size(), null.risk_sets.events()};
    work.set_all(null.risk_sets, people.spread(people.genotypes));
    // Draws from each risk set on their own.
    auto const truth = beside_null(people, null, people.genotypes);
    std::vector<std::pair<double, double>> sums{{-work.score(), 1}};
    double observed = 0;
    truth.for_each_event(truth.offset, [&](std::size_t i, Values const& weights) {
        observed += people.genotypes[i];
        Real all = 0;
        for (auto w : weights) all += w;
        std::array<double, 3> probability{};
        for (std::size_t j = 0; j < weights.size(); ++j) {
            probability[static_cast<std::size_t>(people.genotypes[j])] +=
                static_cast<double>(weights[j] / all);
        }
        std::vector<std::pair<double, double>> next;
        for (auto const& [sum, p] : sums) {
            for (std::size_t g = 0; g < 3; ++g) {
                if (probability[g] > 0)
                    next.emplace_back(sum + static_cast<double>(g), p * probability[g]);
            }
        }
        sums = std::move(next);
    });
    double mean = 0;
    double variance = 0;
    for (auto const& [sum, p] : sums) mean += p * sum;
    for (auto const& [sum, p] : sums) variance += p * (sum - mean) * (sum - mean);
    auto const cumulants = work.function();
    CHECK(cumulants.origin.second == Approx(variance));
    for (double t : {-1.0, 0.5, 2.0}) {
        double exponentials = 0;
        for (auto const& [sum, p] : sums) exponentials += p * std::exp(t * (sum - mean));
        CHECK(cumulants.at(t).value == Approx(std::log(exponentials)));
    }
    // Midway between the values that the sum can have.
    for (double above : {2.5, 3.5, -2.5}) {
        double const s = std::round(mean + above) + (above > 0 ? 0.5 : -0.5) - mean;
        double tail = 0;
        for (auto const& [sum, p] : sums) {
            if (above > 0 ? sum - mean > s : sum - mean < s) tail += p;
        }
        if (tail < 1e-9) continue;
        CAPTURE(s, tail);
        CHECK(log_saddlepoint_tail(cumulants, s) == Approx(std::log(tail)).margin(0.5));
    }
}

TEST_CASE("hazard cumulants: contracts") {
    auto const people = make_survival(98, {.samples = 20});
    auto const null = people.null();
    HazardCumulants small{4, 2};
    CHECK_THROWS_AS(small.function(), ContractViolation);
    CHECK_THROWS_AS(small.set_all(null.risk_sets, people.spread(people.genotypes)),
                    ContractViolation);
    HazardCumulants work{64, 64};
    CHECK_THROWS_AS(work.set_all(null.risk_sets, people.genotypes), ContractViolation);
    std::vector<std::int64_t> outside{0};
    std::vector<double> genotype{1};
    CHECK_THROWS_AS(work.set_carriers(null.risk_sets, outside, genotype), ContractViolation);
}

}  // namespace maniple
