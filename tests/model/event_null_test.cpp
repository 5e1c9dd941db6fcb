#include "maniple/model/event_null.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "maniple/model/offset_binary_null.hpp"

namespace maniple {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t samples = 500;

struct Cohort {
    SampleMask candidates{samples};
    std::vector<Covariate> covariates;
    std::vector<ScanTrait> traits;
    std::vector<float> offset;

    explicit Cohort(std::uint64_t seed) {
        std::mt19937_64 random{seed};
        std::normal_distribution<double> normal;
        std::uniform_real_distribution<double> uniform{0, 1};
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            if (s.get() % 17 != 3) candidates.insert(s);
        }
        covariates = {{"age", {}}, {"sex", {}}, {"twice", {}}};
        for (std::int64_t s = 0; s < samples; ++s) {
            double const age = s == 8 ? nan_value : 60 + 8 * normal(random);
            double const sex = uniform(random) < 0.5 ? 1 : 0;
            covariates[0].values.push_back(age);
            covariates[1].values.push_back(sex);
            covariates[2].values.push_back(2 * age - 3 * sex);
            offset.push_back(static_cast<float>(0.5 * normal(random)));
        }
        for (int t = 0; t < 3; ++t) {
            ScanTrait trait{"trait" + std::to_string(t), {}};
            for (std::size_t s = 0; s < static_cast<std::size_t>(samples); ++s) {
                double const odds =
                    -1.5 + 0.05 * (covariates[0].values[s] - 60) + double{offset[s]};
                trait.values.push_back(uniform(random) < 1 / (1 + std::exp(-odds)) ? 1 : 0);
                if (t == 2 && s % 7 == 0) trait.values.back() = nan_value;
            }
            traits.push_back(trait);
        }
    }

    EventNull fit(EventOptions const& options = {}) const {
        std::vector<EventOutline> outlines;
        for (auto const& trait : traits) outlines.push_back({trait.name});
        EventLoaders const load{.values = [&](std::size_t t, std::span<double> values) {
            std::ranges::copy(traits[t].values, values.begin());
        }};
        return EventNull{candidates, covariates, outlines, load, options};
    }
    /// The same offsets for every trait.
    void fit_offsets(OffsetBinaryNull& model) const {
        std::vector<float> values;
        for (std::size_t t = 0; t < traits.size(); ++t) {
            values.insert(values.end(), offset.begin(), offset.end());
        }
        MatrixView<float const> const view{values.data(), std::ssize(traits), std::ssize(offset)};
        for (std::int64_t part = 0; part < model.parts(); ++part) model.fit_part(part, view);
        REQUIRE(model.finish().empty());
    }
    std::vector<SampleIndex> samples_of(std::size_t t) const {
        std::vector<SampleIndex> some;
        candidates.for_each([&](SampleIndex s) {
            if (s.get() != 8 && !std::isnan(traits[t].values[s.at()])) some.push_back(s);
        });
        return some;
    }
};

}  // namespace

TEST_CASE("EventNull: risks are those of logistic regression, with and without offset") {
    Cohort const cohort{5};
    for (bool const has_offset : {false, true}) {
        auto const plain = cohort.fit();
        OffsetBinaryNull with_offset{plain, cohort.covariates};
        cohort.fit_offsets(with_offset);
        auto const& null = has_offset ? with_offset.null() : plain;
        REQUIRE(null.traits().size() == 3);
        CHECK(null.patterns().size() == 2);
        for (std::size_t t = 0; t < 3; ++t) {
            auto const& trait = null.traits()[t];
            auto const some = cohort.samples_of(t);
            std::vector<std::vector<double>> columns(2);
            std::vector<std::uint8_t> cases;
            std::vector<double> offset;
            std::int64_t count = 0;
            for (auto s : some) {
                for (std::size_t c = 0; c < 2; ++c) {
                    columns[c].push_back(cohort.covariates[c].values[s.at()]);
                }
                cases.push_back(cohort.traits[t].values[s.at()] == 1 ? 1 : 0);
                count += cases.back();
                offset.push_back(has_offset ? cohort.offset[s.at()] : 0);
            }
            RegressionDesign const design{std::ssize(some), {columns[0], columns[1]}};
            auto const fit = fit_logistic(design, cases, {.offset = offset});
            auto const predictor = linear_predictor(design, fit);
            CHECK(trait.cases == count);
            CHECK(trait.cases + trait.controls == std::ssize(some));
            CHECK(null.pattern(trait.pattern).collinear == std::vector<std::string>{"twice"});
            CHECK(trait.rank == 3);
            double outside = 0;
            for (double m : trait.mean.span()) outside += m;
            for (std::size_t i = 0; i < some.size(); ++i) {
                auto const s = some[i];
                double const risk = logistic(predictor[i] + offset[i]);
                REQUIRE(trait.mean[s.get()] == Approx(risk).epsilon(1e-8));
                REQUIRE(trait.residual(s) == Approx(cases[i] - risk).epsilon(1e-8));
                outside -= trait.mean[s.get()];
            }
            CHECK(std::abs(outside) < 1e-10);
        }
    }
}

TEST_CASE("EventNull: columns are residuals and an orthonormal basis times weights") {
    Cohort const cohort{6};
    auto const plain = cohort.fit();
    OffsetBinaryNull with_offset{plain, cohort.covariates};
    cohort.fit_offsets(with_offset);
    auto const& null = with_offset.null();
    for (auto const& trait : null.traits()) {
        auto const some =
            cohort.samples_of(static_cast<std::size_t>(&trait - null.traits().data()));
        std::vector<double> gram(static_cast<std::size_t>(trait.rank * trait.rank));
        std::vector<double> along(static_cast<std::size_t>(trait.rank));
        double weights = 0;
        for (auto s : some) {
            auto const value = [&](std::int64_t c) {
                return null.columns()(s.get(), trait.first_column + c) *
                       trait.units[static_cast<std::size_t>(c)];
            };
            double const weight = null.weights()(s.get(), trait.weight_column) * trait.weight_unit;
            CHECK(weight == Approx(trait.mean[s.get()] * (1 - trait.mean[s.get()])).epsilon(1e-6));
            weights += weight;
            CHECK(value(0) == Approx(trait.residual(s)).margin(1e-8));
            for (std::int64_t r = 0; r < trait.rank; ++r) {
                along[static_cast<std::size_t>(r)] += value(r + 1) / weight * value(0);
                for (std::int64_t c = 0; c < trait.rank; ++c) {
                    gram[static_cast<std::size_t>(r * trait.rank + c)] +=
                        value(r + 1) * value(c + 1) / weight;
                }
            }
            CHECK(value(1) / weight == Approx(1 / std::sqrt(trait.weight_sum)).epsilon(1e-6));
        }
        CHECK(weights == Approx(trait.weight_sum));
        for (std::int64_t r = 0; r < trait.rank; ++r) {
            CHECK(std::abs(along[static_cast<std::size_t>(r)]) < 1e-6);
            for (std::int64_t c = 0; c < trait.rank; ++c) {
                CHECK(gram[static_cast<std::size_t>(r * trait.rank + c)] ==
                      Approx(r == c ? 1.0 : 0.0).margin(1e-7));
            }
        }
    }
}

TEST_CASE("EventNull: traits without a null model are rejected with a reason") {
    Cohort cohort{7};
    auto& values = cohort.traits[1].values;
    for (std::size_t s = 0; s < values.size(); ++s) values[s] = s < 9 ? 1 : 0;
    values = cohort.traits[0].values;
    for (std::size_t s = 0; s < values.size(); ++s) {
        values[s] = cohort.covariates[0].values[s] > 60 ? 1 : 0;
    }
    std::ranges::fill(cohort.traits[2].values, nan_value);
    for (std::size_t s = 100; s < 130; ++s) cohort.traits[2].values[s] = s < 115 ? 1 : 0;
    auto const null = cohort.fit();
    REQUIRE(null.traits().size() == 1);
    CHECK(null.traits()[0].name == "trait0");
    REQUIRE(null.rejected().size() == 2);
    CHECK(null.rejected()[0].name == "trait1");
    CHECK(null.rejected()[0].reason.find("told apart without error") != std::string::npos);
    CHECK(null.rejected()[1].reason.find("too few") != std::string::npos);
    auto const fewer = cohort.fit({.fewest_cases = 10});
    CHECK(fewer.traits().size() == 2);
}

TEST_CASE("EventNull: other values than 0 and 1 are no binary trait; nobody is no cohort") {
    Cohort cohort{8};
    cohort.traits[0].values[21] = 2;
    CHECK_THROWS_AS(cohort.fit(), UserError);
    Cohort empty{8};
    for (double& age : empty.covariates[0].values) age = nan_value;
    CHECK_THROWS_AS(empty.fit(), UserError);
}

}  // namespace maniple
