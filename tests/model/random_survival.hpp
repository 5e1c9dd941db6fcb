/// \file  People with times to an event, for tests of such traits.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "maniple/model/covariate_basis.hpp"
#include "maniple/model/hazard_null.hpp"
#include "maniple/stats/random_stream.hpp"
#include "model/hazard_oracle.hpp"

namespace maniple::test {

/// Every second sample of a cohort.
struct Survival {
    std::vector<SampleIndex> samples;
    std::vector<Covariate> covariates;  ///< One value per sample of the cohort.
    std::vector<double> times;          ///< One per entry of `samples`, as what follows.
    std::vector<std::uint8_t> is_event;
    std::vector<double> genotypes;  ///< 0, 1, 2

    std::int64_t size() const { return std::ssize(samples); }
    std::int64_t all() const { return 2 * size() + 1; }
    CovariateBasis basis() const { return make_basis(samples, covariates); }
    HazardNull null() const {
        return fit_hazard_null(basis(), all(), {.times = times, .is_event = is_event});
    }
    /// One per sample of the cohort.
    std::vector<double> spread(std::vector<double> const& values) const {
        return scatter(values, samples, all());
    }

    oracle::Hazards oracle(oracle::Matrix columns) const {
        return {std::move(columns), times, is_event, {}};
    }
    oracle::Matrix covariate_columns() const {
        oracle::Matrix columns;
        for (auto const& covariate : covariates) {
            auto const values = gather(covariate.values, samples);
            columns.emplace_back(values.begin(), values.end());
        }
        return columns;
    }
};

struct SurvivalShape {
    int samples = 100;
    double followed = 1;     // Censoring times, of mean times to an event.
    double steps = 0;        // Times are whole multiples of 1 / steps; 0: no ties.
    double frequency = 0.3;  // of the ALT allele
};

/// Two covariates change the hazard, the genotype does not.
inline Survival make_survival(std::uint64_t item, SurvivalShape const& shape) {
    RandomStream random{37, Purpose::testing, item};
    Survival people;
    people.covariates = {{.name = "age", .values = {}}, {.name = "sex", .values = {}}};
    for (int i = 0; i < shape.samples; ++i) {
        double const age = 50 + 10 * random.normal();
        double const sex = random.uniform() < 0.4 ? 1 : 0;
        double const event = random.exponential() * std::exp(0.5 * sex - 0.07 * (age - 50));
        double const end = shape.followed * (0.5 + random.uniform());
        double const time = std::fmin(event, end);
        people.samples.emplace_back(2 * i + 1);
        for (auto& covariate : people.covariates) covariate.values.push_back(NAN);
        people.covariates[0].values.push_back(age);
        people.covariates[1].values.push_back(sex);
        people.times.push_back(shape.steps > 0 ? std::ceil(time * shape.steps) / shape.steps
                                               : time);
        people.is_event.push_back(event <= end ? 1 : 0);
        people.genotypes.push_back((random.uniform() < shape.frequency ? 1 : 0) +
                                   (random.uniform() < shape.frequency ? 1 : 0));
    }
    for (auto& covariate : people.covariates) covariate.values.push_back(NAN);
    return people;
}

}  // namespace maniple::test
