#include "../src/run/evaluation_match.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

using Catch::Contains;

ScoreSource source_of(double weight) {
    ScoreSource source{.label = "m", .model = {}, .scores = {"disease"}};
    auto& weights = source.model.weights;
    weights = {.variants = {}, .scores = {"disease"}, .weights = WeightMatrix{1}};
    weights.variants.push_back(
        {.contig = "1", .position = 7, .id = ".", .effect_allele = "A", .other_allele = "C"});
    weights.weights.append_variant(std::vector{weight});
    ScoreDescription description;
    description.name = "disease";
    description.trait = "clinic.disease";
    description.outcome = Outcome::binary;
    source.model.scores = {description};
    return source;
}

EvaluationFile evaluation_of(std::string checksum) {
    EvaluationFile file;
    file.score = "disease";
    file.model = "m";
    file.model_checksum = std::move(checksum);
    file.trait = "disease";
    file.outcome = Outcome::binary;
    return file;
}

std::string refusal(EvaluationFile const& evaluation, std::vector<ScorePlace> const& places) {
    try {
        require_evaluated(evaluation, places, "judged");
    } catch (UserError const& error) {
        return error.what();
    }
    return "";
}

TEST_CASE("match_evaluation: the model's checksum decides, where there is one", "[run]") {
    std::vector const sources{source_of(0.5)};
    auto const places = list_places(sources);
    REQUIRE(places.size() == 1);
    std::vector const before{source_of(0.25)};
    auto const other = list_places(before)[0].model_checksum;
    CHECK(match_evaluation(evaluation_of(places[0].model_checksum), places[0]) ==
          EvaluationMatch::same_model);
    CHECK(match_evaluation(evaluation_of(other), places[0]) == EvaluationMatch::other);
    CHECK(match_evaluation(evaluation_of(""), places[0]) == EvaluationMatch::unknown_model);
    auto of_table = evaluation_of("");
    of_table.model.clear();
    CHECK(match_evaluation(of_table, places[0]) == EvaluationMatch::unknown_model);
}

TEST_CASE("require_evaluated: says what is other", "[run]") {
    std::vector const sources{source_of(0.5)};
    auto const places = list_places(sources);
    auto evaluation = evaluation_of(places[0].model_checksum);
    CHECK(refusal(evaluation, places).empty());
    CHECK(refusal(evaluation_of(""), places).empty());
    CHECK_THAT(
        refusal(evaluation_of("0123456789abcdef"), places),
        Contains("another model that was called 'm'") && Contains("evaluate 'm' as it is now"));
    evaluation.trait = "other";
    CHECK_THAT(refusal(evaluation, places), Contains("is of trait 'other'"));
    evaluation.model = "n";
    CHECK_THAT(refusal(evaluation, places), Contains("of model 'n'"));
    evaluation.left_out = "site";
    CHECK_THAT(refusal(evaluation, places), Contains("fitted without a level of 'site'"));
}

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
