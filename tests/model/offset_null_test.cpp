#include "maniple/model/offset_null.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

constexpr std::int64_t samples = 300;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::vector<double> normal_column(std::mt19937& random) {
    std::normal_distribution<double> normal;
    std::vector<double> values(static_cast<std::size_t>(samples));
    for (auto& value : values) value = normal(random);
    return values;
}

/// Traits complete, lacking few, lacking many (a basis of their own), of sizes far apart; offsets
/// beside them that are not orthogonal to anything.
struct People {
    explicit People(std::size_t traits) : candidates{samples} {
        std::mt19937 random{17};
        for (std::int64_t s = 0; s < samples; ++s) {
            if (s % 23 != 5) candidates.insert(SampleIndex{s});
        }
        for (int c = 0; c < 3; ++c) {
            covariates.push_back(
                {.name = "c" + std::to_string(c), .values = normal_column(random)});
        }
        covariates[1].values[40] = missing;
        for (std::size_t t = 0; t < traits; ++t) {
            ScanTrait trait{.name = "t" + std::to_string(t), .values = normal_column(random)};
            auto const offset = normal_column(random);
            for (std::size_t s = 0; s < trait.values.size(); ++s) {
                offsets.push_back(static_cast<float>(0.4 * offset[s] + 0.3 * trait.values[s] + 2 +
                                                     covariates[0].values[s]));
                if (t % 3 == 1 && s % 29 == t % 29) trait.values[s] = missing;
                if (t % 7 == 2 && (s + t) % 3 != 0) trait.values[s] = missing;
                trait.values[s] *= t % 5 == 4 ? 1e6 : 1;
            }
            scales.push_back(t % 5 == 4 ? 2e6 : 0.7);
            list.push_back(std::move(trait));
        }
    }

    MatrixView<float const> view() const { return {offsets.data(), std::ssize(list), samples}; }
    LinearNull fit() const { return {candidates, covariates, list}; }

    SampleMask candidates;
    std::vector<Covariate> covariates;
    std::vector<ScanTrait> list;
    std::vector<float> offsets;
    std::vector<double> scales;
};

OffsetNull fit(LinearNull const& plain, TraitOffsets const& offsets) {
    OffsetNull made{plain};
    for (auto p = made.parts(); p-- > 0;) made.fit_part(p, offsets);
    CHECK(made.finish().empty());
    return made;
}

TEST_CASE("OffsetNull: is the null model of the traits less their offsets", "[model]") {
    People people{40};
    auto const plain = people.fit();
    auto const made = fit(plain, {people.view(), people.scales});
    auto const& found = made.null();

    auto subtracted = people.list;
    for (std::size_t t = 0; t < subtracted.size(); ++t) {
        for (std::size_t s = 0; s < subtracted[t].values.size(); ++s) {
            subtracted[t].values[s] -=
                people.scales[t] * people.offsets[t * subtracted[t].values.size() + s];
        }
    }
    LinearNull const expected{people.candidates, people.covariates, subtracted};
    REQUIRE(found.traits().size() == expected.traits().size());
    REQUIRE(found.columns().columns() == expected.columns().columns());
    REQUIRE(found.designs().size() > 3);
    for (std::size_t t = 0; t < expected.traits().size(); ++t) {
        auto const& ours = found.traits()[t];
        auto const& theirs = expected.traits()[t];
        INFO(ours.name);
        CHECK(ours.name == theirs.name);
        CHECK(ours.column == theirs.column);
        CHECK(ours.residual_squares == Approx(theirs.residual_squares).epsilon(1e-9));
        CHECK(ours.squares == Approx(theirs.squares).epsilon(1e-9));
        double const size = std::sqrt(theirs.residual_squares / samples);
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            REQUIRE(std::abs(found.residual(ours, s) - expected.residual(theirs, s)) <
                    1e-12 * size);
        }
        // What is left along the covariates is rounding.
        for (double product : ours.covariate_products) REQUIRE(std::abs(product) < 1e-6 * size);
    }
    for (std::size_t d = 0; d < found.designs().size(); ++d) {
        CHECK(found.designs()[d].units.size() == expected.designs()[d].units.size());
    }
}

TEST_CASE("OffsetNull: offsets of zero change nothing but rounding", "[model]") {
    People people{19};
    std::ranges::fill(people.offsets, 0.0F);
    auto const plain = people.fit();
    auto const made = fit(plain, {people.view(), people.scales});
    for (std::size_t t = 0; t < people.list.size(); ++t) {
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            auto const& trait = plain.traits()[t];
            REQUIRE(std::abs(made.null().residual(made.null().traits()[t], s) -
                             plain.residual(trait, s)) <= 1e-14 * std::sqrt(trait.squares));
        }
    }
}

TEST_CASE("OffsetNull: a trait's numbers depend on neither companions, order nor history",
          "[model]") {
    People people{40};
    auto const plain = people.fit();
    OffsetNull reused{plain};
    auto other = people.offsets;
    std::ranges::reverse(other);
    for (auto const& values : {other, people.offsets}) {
        TraitOffsets const offsets{{values.data(), std::ssize(people.list), samples},
                                   people.scales};
        for (std::int64_t p = 0; p < reused.parts(); ++p) reused.fit_part(p, offsets);
        CHECK(reused.finish().empty());
    }
    for (std::size_t t : {0, 1, 2, 9, 39}) {
        LinearNull const alone{people.candidates, people.covariates,
                               std::span{people.list}.subspan(t, 1)};
        TraitOffsets const own{
            {people.offsets.data() + t * static_cast<std::size_t>(samples), 1, samples},
            std::span{people.scales}.subspan(t, 1)};
        auto const made = fit(alone, own);
        auto const& one = made.null().traits()[0];
        auto const& among = reused.null().traits()[t];
        CHECK(one.residual_squares == among.residual_squares);
        CHECK(one.covariate_products == among.covariate_products);
        CHECK(one.solved == among.solved);
        CHECK(one.unit == among.unit);
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            REQUIRE(made.null().residual(one, s) == reused.null().residual(among, s));
        }
    }
}

TEST_CASE("OffsetNull: an offset that leaves nothing of a trait is named", "[model]") {
    People people{3};
    for (std::size_t s = 0; s < static_cast<std::size_t>(samples); ++s) {
        auto& value = people.list[1].values[s];
        auto& offset = people.offsets[static_cast<std::size_t>(samples) + s];
        offset = static_cast<float>(value);
        if (std::isnan(value)) continue;
        value = 0.7 * static_cast<double>(offset) + 3 * people.covariates[2].values[s];
    }
    auto const plain = people.fit();
    OffsetNull made{plain};
    for (std::int64_t p = 0; p < made.parts(); ++p) {
        made.fit_part(p, {people.view(), people.scales});
    }
    CHECK(made.finish() == "t1");
    CHECK_THROWS_AS(made.fit_part(made.parts(), {people.view(), people.scales}), ContractViolation);
    CHECK_THROWS_AS(made.fit_part(0, {people.view(), {}}), ContractViolation);
}

}  // namespace
}  // namespace maniple
