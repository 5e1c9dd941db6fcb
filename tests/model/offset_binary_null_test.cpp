#include "maniple/model/offset_binary_null.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

constexpr std::int64_t samples = 400;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Diseases that an offset and age explain; the last one lacks people.
struct Diseases {
    explicit Diseases(std::size_t count) : everybody{samples}, traits(count) {
        std::mt19937_64 random{31};
        std::normal_distribution<double> normal;
        std::uniform_real_distribution<double> uniform{0, 1};
        covariates.resize(1);
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            everybody.insert(s);
            covariates[0].values.push_back(normal(random));
        }
        for (std::size_t t = 0; t < count; ++t) {
            names.push_back("t" + std::to_string(t));
            for (std::size_t s = 0; s < static_cast<std::size_t>(samples); ++s) {
                offsets.push_back(static_cast<float>(normal(random)));
                double const odds = -0.5 + 0.4 * covariates[0].values[s] + double{offsets.back()};
                bool const is_case = uniform(random) < 1 / (1 + std::exp(-odds));
                bool const lacks = t + 1 == count && s % 5 == 2;
                traits[t].push_back(lacks ? missing : is_case ? 1 : 0);
            }
        }
    }

    EventNull fit(std::vector<std::size_t> const& some) const {
        std::vector<EventOutline> own;
        for (auto t : some) own.push_back({names[t]});
        EventLoaders const load{.values = [&](std::size_t t, std::span<double> values) {
            std::ranges::copy(traits[some[t]], values.begin());
        }};
        return EventNull{everybody, covariates, own, load};
    }
    std::vector<float> offsets_of(std::vector<std::size_t> const& some) const {
        std::vector<float> own;
        for (auto t : some) {
            auto const first = offsets.begin() + static_cast<std::ptrdiff_t>(t) * samples;
            own.insert(own.end(), first, first + samples);
        }
        return own;
    }

    SampleMask everybody;
    std::vector<Covariate> covariates;
    std::vector<std::string> names;
    std::vector<std::vector<double>> traits;
    std::vector<float> offsets;
};

std::string fit_all(OffsetBinaryNull& model, std::vector<float> const& offsets) {
    auto const traits = std::ssize(offsets) / samples;
    // From the last part to the first: order does not matter.
    for (auto part = model.parts(); part-- > 0;) {
        model.fit_part(part, {offsets.data(), traits, samples});
    }
    return model.finish();
}

TEST_CASE("OffsetBinaryNull: a trait's bits are those it has alone, whatever was fitted before") {
    Diseases const diseases{7};  // Two parts of one pattern, and one of another.
    std::vector<std::size_t> const all{0, 1, 2, 3, 4, 5, 6};
    auto const plain = diseases.fit(all);
    OffsetBinaryNull model{plain, diseases.covariates};
    CHECK(model.parts() == 3);
    REQUIRE(fit_all(model, std::vector<float>(7 * samples, 0.25F)).empty());
    REQUIRE(fit_all(model, diseases.offsets_of(all)).empty());
    for (auto t : all) {
        auto const plain_alone = diseases.fit({t});
        OffsetBinaryNull alone{plain_alone, diseases.covariates};
        REQUIRE(fit_all(alone, diseases.offsets_of({t})).empty());
        auto const& among = model.null().traits()[t];
        auto const& own = alone.null().traits()[0];
        CHECK(among.name == diseases.names[t]);
        CHECK(std::ranges::equal(among.mean.span(), own.mean.span()));
        CHECK(among.units == own.units);
        CHECK(among.factor == own.factor);
        CHECK(among.weight_unit == own.weight_unit);
        for (std::int64_t s = 0; s < samples; ++s) {
            for (std::int64_t c = 0; c <= among.rank; ++c) {
                REQUIRE(model.null().columns()(s, among.first_column + c) ==
                        alone.null().columns()(s, c));
            }
            REQUIRE(model.null().weights()(s, among.weight_column) == alone.null().weights()(s, 0));
        }
    }
}

TEST_CASE("OffsetBinaryNull: a constant offset changes nothing but the intercept") {
    Diseases const diseases{2};
    auto const plain = diseases.fit({0, 1});
    OffsetBinaryNull model{plain, diseases.covariates};
    REQUIRE(fit_all(model, std::vector<float>(2 * samples, -1.5F)).empty());
    for (std::size_t t = 0; t < 2; ++t) {
        for (std::int64_t s = 0; s < samples; ++s) {
            REQUIRE(model.null().traits()[t].mean[s] ==
                    Approx(plain.traits()[t].mean[s]).margin(1e-10));
        }
    }
}

TEST_CASE("OffsetBinaryNull: what covariates explain of an offset changes nothing, however large") {
    Diseases const diseases{1};
    auto const plain = diseases.fit({0});
    OffsetBinaryNull model{plain, diseases.covariates};
    for (double const size : {40.0, -40.0}) {
        std::vector<float> offsets;
        for (auto age : diseases.covariates[0].values) {
            offsets.push_back(static_cast<float>(size * (1 + age)));
        }
        REQUIRE(fit_all(model, offsets).empty());
        for (std::int64_t s = 0; s < samples; ++s) {  // Offsets are rounded to single precision.
            REQUIRE(model.null().traits()[0].mean[s] ==
                    Approx(plain.traits()[0].mean[s]).margin(1e-5));
        }
    }
}

TEST_CASE("OffsetBinaryNull: an offset that tells cases from controls leaves no model") {
    Diseases const diseases{3};
    auto const plain = diseases.fit({0, 1, 2});
    OffsetBinaryNull model{plain, diseases.covariates};
    auto offsets = diseases.offsets_of({0, 1, 2});
    for (std::int64_t s = 0; s < samples; ++s) {
        bool const is_case = diseases.traits[1][static_cast<std::size_t>(s)] == 1;
        offsets[static_cast<std::size_t>(samples + s)] = is_case ? 60.0F : -60.0F;
    }
    auto const problem = fit_all(model, offsets);
    CHECK(problem.find("trait 't1' has no logistic model, though it has one without") == 0);
    CHECK(fit_all(model, diseases.offsets_of({0, 1, 2})).empty());  // The next contig's.
}

}  // namespace
}  // namespace maniple
