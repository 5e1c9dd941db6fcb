#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/model/event_scan.hpp"
#include "model/random_survival.hpp"

namespace maniple {
namespace {

using oracle::Column;
using oracle::Matrix;
using oracle::Real;

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// People with a time, a binary trait of the same people, and some variants.
struct Cohort {
    test::Survival people;
    PackedBlock genotypes;
    std::vector<double> times, events;  // One per sample of the cohort.
    SampleMask everybody;

    Cohort(std::uint64_t item, test::SurvivalShape const& shape, std::vector<double> frequencies)
        : people{make_survival(item, shape)},
          genotypes{std::ssize(frequencies), people.all()},
          times(static_cast<std::size_t>(people.all()), nan_value),
          events(times),
          everybody{people.all()} {
        RandomStream random{41, Purpose::testing, item};
        for (std::size_t v = 0; v < frequencies.size(); ++v) {
            for (SampleIndex s{0}; s.get() < people.all(); ++s) {
                unsigned const count = (random.uniform() < frequencies[v] ? 1U : 0U) +
                                       (random.uniform() < frequencies[v] ? 1U : 0U);
                genotypes.set(LocalVariantIndex{static_cast<std::int64_t>(v)}, s, count);
            }
        }
        for (std::size_t i = 0; i < people.samples.size(); ++i) {
            times[people.samples[i].at()] = people.times[i];
            events[people.samples[i].at()] = people.is_event[i];
        }
        for (SampleIndex s{0}; s.get() < people.all(); ++s) everybody.insert(s);
    }

    EventNull null(std::vector<EventOutline> const& outlines,
                   EventOptions const& options = {}) const {
        EventLoaders const load{
            .values =
                [&](std::size_t t, std::span<double> values) {
                    std::ranges::copy(outlines[t].family == Family::poisson ? times : events,
                                      values.begin());
                },
            .events = [&](std::size_t,
                          std::span<double> values) { std::ranges::copy(events, values.begin()); }};
        return EventNull{everybody, people.covariates, outlines, load, options};
    }
};

EventSettings settings_of(Correction correction, double threshold = 1) {
    return {.missing = MissingGenotype::mean,
            .filter = {},
            .rule = {.correction = correction, .threshold = threshold, .fewest_carriers = 1}};
}

struct Results {
    std::vector<double> beta;
    std::vector<float> standard_error, neg_log10_p, frequency;
    std::vector<std::uint8_t> status;
    std::vector<std::int32_t> samples;
};

/// traits x variants.
Results scan(EventNull const& null, Cohort const& cohort, EventSettings const& settings) {
    auto const view = cohort.genotypes.view();
    std::vector<LocalVariantIndex> rows;
    for (LocalVariantIndex v{0}; v.get() < view.variants(); ++v) rows.push_back(v);
    auto const traits = std::ssize(null.traits());
    auto const patterns = std::ssize(null.patterns());
    auto const columns = view.variants();
    auto const cells = static_cast<std::size_t>(traits * columns);
    Results all{.beta = std::vector<double>(cells),
                .standard_error = std::vector<float>(cells),
                .neg_log10_p = std::vector<float>(cells),
                .frequency = std::vector<float>(cells),
                .status = std::vector<std::uint8_t>(cells),
                .samples = std::vector<std::int32_t>(cells)};
    EventWorkspace workspace{null, settings, columns};
    scan_event_block(null, view, rows, settings, workspace,
                     {.beta = {all.beta.data(), traits, columns, columns},
                      .standard_error = {all.standard_error.data(), traits, columns, columns},
                      .neg_log10_p = {all.neg_log10_p.data(), traits, columns, columns},
                      .status = {all.status.data(), traits, columns, columns},
                      .alternate_frequency = {all.frequency.data(), patterns, columns, columns},
                      .samples = {all.samples.data(), patterns, columns, columns}});
    return all;
}

/// The null model by its definition.
struct Truth {
    Matrix columns;  // Intercept and covariates.
    Column expected, predictor;

    explicit Truth(test::Survival const& people) : columns{Column(people.times.size(), 1)} {
        auto const hazards = people.oracle(people.covariate_columns());
        auto const beta = hazards.fit();
        expected = hazards.expected(beta);
        predictor = hazards.predictor(beta);
        for (auto const& column : people.covariate_columns()) columns.push_back(column);
    }

    /// What covariates, weighted with expected events, leave of a genotype.
    Column adjust(Column genotype) const {
        auto const count = columns.size();
        Matrix gram(count, Column(count, 0));
        Column right(count, 0);
        for (std::size_t i = 0; i < genotype.size(); ++i) {
            for (std::size_t r = 0; r < count; ++r) {
                right[r] += expected[i] * columns[r][i] * genotype[i];
                for (std::size_t c = 0; c < count; ++c)
                    gram[r][c] += expected[i] * columns[r][i] * columns[c][i];
            }
        }
        auto const b = oracle::solve(gram, right).x;
        for (std::size_t i = 0; i < genotype.size(); ++i) {
            for (std::size_t r = 0; r < count; ++r) genotype[i] -= b[r] * columns[r][i];
        }
        return genotype;
    }
};

Column genotype_of(Cohort const& cohort, std::size_t variant) {
    Column values;
    for (auto s : cohort.people.samples) {
        values.push_back(cohort.genotypes.view().genotype(
            LocalVariantIndex{static_cast<std::int64_t>(variant)}, s));
    }
    return values;
}

std::vector<EventOutline> const one_trait{{"time", Family::poisson}};

}  // namespace

TEST_CASE("scan_event_block: score tests of times have the partial likelihood's score") {
    for (double steps : {0.0, 12.0}) {
        Cohort const cohort{5, {.samples = 150, .steps = steps}, {0.02, 0.1, 0.5, 0.9}};
        Truth const truth{cohort.people};
        auto const results = scan(cohort.null(one_trait), cohort, settings_of(Correction::none));
        for (std::size_t v = 0; v < results.beta.size(); ++v) {
            auto const rest = truth.adjust(genotype_of(cohort, v));
            Real score = 0;
            Real information = 0;
            for (std::size_t i = 0; i < rest.size(); ++i) {
                score += rest[i] * (cohort.people.is_event[i] - truth.expected[i]);
                information += truth.expected[i] * rest[i] * rest[i];
            }
            REQUIRE(results.status[v] == 0);
            auto const error = static_cast<double>(1 / std::sqrt(information));
            CHECK(double{results.standard_error[v]} == Approx(error).epsilon(1e-6));
            CHECK(std::abs(results.beta[v] - static_cast<double>(score / information)) <
                  1e-6 * error);
        }
    }
}

TEST_CASE("scan_event_block: corrected tests of times have Firth's partial likelihood") {
    for (double steps : {0.0, 12.0}) {
        for (auto correction : {Correction::spa, Correction::firth_approx}) {
            Cohort const cohort{6, {.samples = 150, .steps = steps}, {0.02, 0.3, 0.7, 0.98}};
            Truth const truth{cohort.people};
            auto const results = scan(cohort.null(one_trait), cohort, settings_of(correction));
            for (std::size_t v = 0; v < results.beta.size(); ++v) {
                oracle::Hazards hazards{{truth.adjust(genotype_of(cohort, v))},
                                        cohort.people.times,
                                        cohort.people.is_event,
                                        truth.predictor};
                auto const beta = hazards.fit_firth();
                auto const error = 1 / std::sqrt(hazards.at({beta}).information[0][0]);
                REQUIRE(results.status[v] == 0);
                // Few carriers: what the others differ by is a normal part.
                double const share = v % 3 == 0 ? 0.05 : 1e-5;
                CHECK(std::abs(results.beta[v] - static_cast<double>(beta)) <
                      share * static_cast<double>(error));
                CHECK(double{results.standard_error[v]} ==
                      Approx(static_cast<double>(error)).epsilon(share));
            }
        }
    }
}

TEST_CASE(
    "scan_event_block: binary traits and times share a model, and none depends on the other") {
    Cohort const cohort{7, {.samples = 200}, {0.01, 0.05, 0.3, 0.6, 0.97}};
    auto const settings = settings_of(Correction::spa);
    std::vector<EventOutline> const both{{"case", Family::bernoulli}, {"time", Family::poisson}};
    auto const together = cohort.null(both);
    REQUIRE(together.traits().size() == 2);
    CHECK(together.patterns().size() == 1);
    auto const mixed = scan(together, cohort, settings);
    auto const width = static_cast<std::size_t>(cohort.genotypes.view().variants());
    for (std::size_t t = 0; t < both.size(); ++t) {
        auto const alone = scan(cohort.null({both[t]}), cohort, settings);
        for (std::size_t v = 0; v < width; ++v) {
            CHECK(mixed.status[t * width + v] == alone.status[v]);
            CHECK(mixed.beta[t * width + v] == alone.beta[v]);
            CHECK(mixed.standard_error[t * width + v] == alone.standard_error[v]);
            CHECK(mixed.neg_log10_p[t * width + v] == alone.neg_log10_p[v]);
        }
    }
}

TEST_CASE("EventNull: times without a null model are rejected with a reason") {
    Cohort cohort{8, {.samples = 100}, {0.3}};
    auto const reason = [&](EventOptions const& options = {}) {
        auto const null = cohort.null(one_trait, options);
        REQUIRE(null.traits().empty());
        REQUIRE(null.rejected().size() == 1);
        return null.rejected()[0].reason;
    };
    using Catch::Matchers::Contains;
    CHECK_THAT(reason({.fewest_cases = 101}), Contains("too few events"));
    auto const events = cohort.events;
    for (double& event : cohort.events) event = std::isnan(event) ? event : 0;
    CHECK_THAT(reason({.fewest_cases = 0}), Contains("too few events"));
    cohort.events = events;
    cohort.people.covariates[0].values = cohort.times;  // Whoever has events first...
    for (double& value : cohort.people.covariates[0].values) value = -value;
    CHECK_THAT(reason(), Contains("separated"));
    cohort.events[cohort.people.samples[3].at()] = 2;
    CHECK_THROWS_AS(cohort.null(one_trait), UserError);
}

TEST_CASE("scan_event_block: hazards have no regression with all effects free") {
    Cohort const cohort{9, {.samples = 100}, {0.3}};
    CHECK_THROWS_AS(scan(cohort.null(one_trait), cohort, settings_of(Correction::firth)),
                    ContractViolation);
}

}  // namespace maniple
