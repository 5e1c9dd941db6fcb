#include "maniple/report/person_page.hpp"

#include <cmath>
#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

bool holds(std::string const& page, std::string const& words) {
    return page.find(words) != std::string::npos;
}

TEST_CASE("person_page: no place of a score that is mostly the mean", "[report]") {
    PersonFacts facts{.id = "P1", .scores = {}};
    facts.scores.emplace_back();
    auto& score = facts.scores.front();
    score.name = "s";
    score.no_risk = "because";
    score.population = {.people = 200, .percentile = 40, .histogram = {}};
    score.own_share = least_own_share;
    CHECK_FALSE(score.is_mostly_mean());
    auto page = person_page(facts);
    CHECK_FALSE(holds(page, "Too few of this person"));
    CHECK_FALSE(holds(page, "No place among other people"));
    score.own_share = std::nextafter(least_own_share, 0);
    CHECK(score.is_mostly_mean());
    page = person_page(facts);
    CHECK(holds(page, "Too few of this person"));
    CHECK(holds(page, "No place among other people"));
}

}  // namespace
}  // namespace maniple
