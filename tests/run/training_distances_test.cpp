#include "../src/run/training_distances.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

constexpr auto missing = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("find_training_distances: one column, squared distance in standard deviations", "[run]") {
    DistanceColumns columns{.names = {"PC1"}, .values = {{}}};
    std::vector<bool> trained;
    for (int s = 0; s < 100; ++s) {
        columns.values[0].push_back(s < 50 ? s : 1000 + s);
        trained.push_back(s < 50);
    }
    columns.values[0][3] = missing;
    double mean = 0;
    double squares = 0;
    for (int s = 0; s < 50; ++s) {
        if (s != 3) mean += s / 49.0;
    }
    for (int s = 0; s < 50; ++s) {
        if (s != 3) squares += (s - mean) * (s - mean) / 48;
    }
    std::vector<SampleIndex> const people{SampleIndex{0}, SampleIndex{25}, SampleIndex{60},
                                          SampleIndex{3}};
    auto const found = find_training_distances(columns, trained, people);
    REQUIRE(found.size() == 4);
    CHECK(found[0].squared == Approx(mean * mean / squares));
    CHECK(found[0].training_samples == 49);
    CHECK(found[0].percentile == Approx(100 * 48.5 / 49));
    CHECK(found[1].percentile < 5);
    CHECK(found[2].percentile == 100);
    CHECK(found[3].unknown == "one of these columns is missing for this person");
}

TEST_CASE("find_training_distances: none from few, unknown or flat training samples", "[run]") {
    DistanceColumns columns{.names = {"PC1", "PC2"}, .values = {{}, {}}};
    for (int s = 0; s < 60; ++s) {
        columns.values[0].push_back(s % 7);
        columns.values[1].push_back(2 * (s % 7));
    }
    std::vector<SampleIndex> const people{SampleIndex{0}};
    auto const reason = [&](int used) {
        std::vector<bool> trained(60);
        for (int s = 0; s < used; ++s) trained[static_cast<std::size_t>(s)] = true;
        return find_training_distances(columns, trained, people).front().unknown;
    };
    CHECK(reason(0).starts_with("0 of the samples"));
    CHECK(reason(3).starts_with("<5 of the samples"));
    CHECK(reason(19).find("at least 20") != std::string::npos);
    CHECK(reason(40).find("follows from the others") != std::string::npos);
}

TEST_CASE("percentile_among: half of the equal ones are below", "[run]") {
    std::vector<double> const others{1, 2, 2, 3};
    CHECK(percentile_among(others, 0) == 0);
    CHECK(percentile_among(others, 2) == 50);
    CHECK(percentile_among(others, 2.5) == 75);
    CHECK(percentile_among(others, 9) == 100);
    CHECK_THROWS_AS(percentile_among({}, 1), ContractViolation);
}

TEST_CASE("PopulationPlaces: people without a score are nobody", "[run]") {
    std::vector<double> scores{missing};
    for (int s = 0; s < 200; ++s) scores.push_back(s);
    PopulationPlaces const places{scores};
    auto const place = places.of(150);
    CHECK(place.people == 200);
    CHECK(place.percentile == Approx(100 * 150.0 / 199));
    CHECK(places.of(0).percentile == Approx(0));
    CHECK(places.of(199).percentile == Approx(100));
    CHECK_FALSE(place.has_equals);
    PopulationPlaces const equals{std::vector{7.0, 7.0, 7.0, 8.0}};
    CHECK(equals.of(7).percentile == Approx(100 / 3.0));
    CHECK(equals.of(7).has_equals);
    CHECK_FALSE(equals.of(8).has_equals);
    CHECK(PopulationPlaces{std::vector{7.0}}.of(7).people == 1);
    REQUIRE(place.histogram);
    for (auto count : place.histogram->counts) CHECK((count == 0 || count >= 5));
}

}  // namespace
}  // namespace maniple
