#include "../src/run/evaluation_match.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

// Is an evaluation of `evaluated` one of a score that predicts `predicted`?
bool is_same(std::string const& evaluated, std::string const& predicted) {
    EvaluationFile file;
    file.trait = evaluated;
    ScoreDescription score;
    score.trait = predicted;
    return is_of_trait(file, score);
}

TEST_CASE("is_of_trait: with or without the table's name", "[run]") {
    CHECK(is_same("height", "height"));
    CHECK(is_same("clinic.height", "height"));
    CHECK(is_same("height", "clinic.height"));
    CHECK_FALSE(is_same("height", "weight"));
    CHECK_FALSE(is_same("sitting_height", "height"));
    CHECK_FALSE(is_same("height", "sitting_height"));
    CHECK_FALSE(is_same("clinic.height", "lab.height"));
    CHECK_FALSE(is_same("clinic.height", "clinic.weight"));
}

TEST_CASE("is_of_trait: both columns of a time to an event", "[run]") {
    CHECK(is_same("years:event", "years:event"));
    CHECK(is_same("clinic.years:event", "years:lab.event"));
    CHECK_FALSE(is_same("years:event", "years:death"));
    CHECK_FALSE(is_same("months:event", "years:event"));
    CHECK_FALSE(is_same("event", "years:event"));
    CHECK_FALSE(is_same("event", "years:t.event"));
    CHECK_FALSE(is_same("a.years:event", "years"));
    CHECK_FALSE(is_same("years:event", "event"));
    CHECK_FALSE(is_same("t.years:event", "years:event:more"));
}

TEST_CASE("is_of_trait: the outcome is that of the score, as far as this is known", "[run]") {
    EvaluationFile file;
    file.trait = "asthma";
    file.outcome = Outcome::binary;
    ScoreDescription score;
    CHECK(is_of_trait(file, score));  // Of weights from elsewhere nothing is known.
    score.outcome = Outcome::binary;
    CHECK(is_of_trait(file, score));
    score.outcome = Outcome::quantitative;
    CHECK_FALSE(is_of_trait(file, score));
    score.trait = "asthma";
    CHECK_FALSE(is_of_trait(file, score));
    score.outcome = Outcome::unknown;
    CHECK(is_of_trait(file, score));
    score.trait = "height";
    CHECK_FALSE(is_of_trait(file, score));
}

TEST_CASE("is_of_score: of that model, or of a table; not of models without a level", "[run]") {
    EvaluationFile file;
    file.score = "s";
    CHECK(is_of_score(file, "s", "m"));
    CHECK_FALSE(is_of_score(file, "t", "m"));
    file.model = "m";
    CHECK(is_of_score(file, "s", "m"));
    CHECK_FALSE(is_of_score(file, "s", "n"));
    file.left_out = "site";
    CHECK_FALSE(is_of_score(file, "s", "m"));
}

}  // namespace
}  // namespace maniple
