#include "../src/report/person_reading.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;

std::string text_of(std::vector<ReportFinding> const& findings) {
    std::string text;
    for (auto const& finding : findings) {
        text += (finding.kind == FindingKind::caution ? "! " : "- ") + finding.text + "\n";
    }
    return text;
}

PersonScore score_of(Outcome outcome) {
    PersonScore score;
    score.name = "s";
    score.trait = "disease";
    score.outcome = outcome;
    score.share_used = 1;
    score.population = {.people = 1234, .percentile = 97.5, .histogram = {}};
    score.no_risk = "because";
    return score;
}

TEST_CASE("read_risk: none without a recalibrated model, no interval without its source",
          "[report]") {
    auto score = score_of(Outcome::binary);
    CHECK(text_of(read_risk(score)) == "! No absolute risk is told: because.\n");
    score.risk = PersonRisk{.predicted = 0.123, .recalibrated_on = 5000, .no_interval = "nothing"};
    auto text = text_of(read_risk(score));
    CHECK_THAT(text, Contains("a risk of 12.3%") && Contains("5,000 people"));
    CHECK_THAT(text, Contains("! How sure that is cannot be told: nothing"));
    CHECK_THAT(text, !Contains("interval"));
    score.risk->observed = Proportion{0.13, 0.11, 0.15};
    score.risk->evaluated = 4000;
    score.evaluated_trait = "sickness";
    text = text_of(read_risk(score));
    CHECK_THAT(text, Contains("is estimated to be 13.0% (95% interval 11.0% to 15.0%)") &&
                         Contains("regression of 'sickness' on the prediction") &&
                         Contains("4,000 people of the evaluation"));
    CHECK_THAT(text, !Contains("outside of that interval"));
    score.risk->predicted = 0.3;
    CHECK_THAT(text_of(read_risk(score)), Contains("! ") && Contains("outside of that interval"));
}

TEST_CASE("read_risk: values have a range of people, times an end", "[report]") {
    auto score = score_of(Outcome::quantitative);
    score.risk = PersonRisk{.predicted = 171, .observed = Proportion{171, 170, 172}};
    score.risk->value_range = Proportion{171, 160, 182};
    CHECK_THAT(text_of(read_risk(score)),
               Contains("predicts a value of 171") && Contains("expected between 160 and 182"));
    score = score_of(Outcome::time_to_event);
    score.risk = PersonRisk{.predicted = 0.05, .horizon = 10};
    auto const text = text_of(read_risk(score));
    CHECK_THAT(text, Contains("5.0% for 'disease' by time 10.0") &&
                         Contains("! This is the risk if nobody died of anything else first"));
    score.outcome = Outcome::binary;
    CHECK_THAT(text_of(read_risk(score)), !Contains("died of anything else"));
}

TEST_CASE("read_validation: every group without validation is a caution", "[report]") {
    auto score = score_of(Outcome::binary);
    CHECK_THAT(text_of(read_validation(score)),
               Contains("! No evaluation of this score was named"));
    score.is_evaluated = true;
    score.evaluated_trait = "sickness";
    CHECK_THAT(text_of(read_validation(score)),
               Contains("! The evaluation named, for 'sickness', was not divided"));
    score.evaluated_outcome = Outcome::binary;
    score.evaluated_model_is_known = false;
    CHECK_THAT(text_of(read_validation(score)),
               Contains("! Nobody knows whether the evaluation named, for 'sickness', was of this "
                        "model"));
    score.evaluated_model_is_known = true;
    using Status = GroupCheck::Status;
    score.groups = {{.factor = "sex",
                     .level = "female",
                     .status = Status::validated,
                     .metric = "auc",
                     .accuracy = {0.7, 0.65, 0.75},
                     .samples = 2000,
                     .cases = 200}};
    CHECK(text_of(read_validation(score)) ==
          "- The score was judged for 'sickness' in this person's group, sex = female: AUC 0.700 "
          "(0.650 to 0.750) in 2,000 people with 200 cases.\n");
    score.groups[0].cases = 1960;  // 40 controls.
    CHECK_THAT(text_of(read_validation(score)),
               Contains("! The score was judged") && Contains("1,960 cases. They are few:"));
    score.evaluated_outcome = Outcome::time_to_event;
    CHECK_THAT(text_of(read_validation(score)), Contains("- The score was judged"));
    score.groups[0].cases = 200;
    CHECK_THAT(text_of(read_validation(score)), Contains("2,000 people with 200 events."));
    score.groups[0].status = Status::not_better;
    score.groups[0].accuracy = {0.412, 0.31, 0.515};
    CHECK_THAT(text_of(read_validation(score)),
               Contains("! In this person's group, sex = female,") &&
                   Contains("AUC 0.412 (0.310 to 0.515)") && Contains("holds 0.5"));
    score.groups[0].accuracy = {0.3, 0.2, 0.4};
    CHECK_THAT(text_of(read_validation(score)), Contains("! ") && Contains("wrong way round"));
    score.groups[0].metric = "r2";
    CHECK_THAT(text_of(read_validation(score)), Contains("! ") && Contains("may be none"));
    score.groups = {{.factor = "site", .level = "B", .status = Status::not_told}};
    CHECK_THAT(
        text_of(read_validation(score)),
        Contains("! Whether the score holds in this person's group, site = B, is not known") &&
            Contains("or others could be worked out from them"));
    for (auto status : {Status::nobody, Status::not_judged}) {
        score.groups = {{.factor = "site", .level = "B", .status = status}};
        CHECK_THAT(text_of(read_validation(score)),
                   Contains("! The score was not validated in this person's group, site = B"));
    }
    score.groups = {{.factor = "site", .status = Status::unknown}};
    CHECK_THAT(text_of(read_validation(score)), Contains("! This person has no value of site"));
}

TEST_CASE("read_distance: far is beyond the 99th percentile, and not asked is said", "[report]") {
    auto score = score_of(Outcome::binary);
    CHECK_THAT(text_of(read_distance(score)), Contains("! ") && Contains("was not asked"));
    score.distance = TrainingDistance{
        .columns = {"PC1", "PC2"}, .training_samples = 900, .squared = 3, .percentile = 99};
    CHECK_THAT(text_of(read_distance(score)),
               Contains("- ") && Contains("PC1, PC2") && !Contains("far:"));
    score.distance->percentile = 99.5;
    CHECK_THAT(text_of(read_distance(score)), Contains("! ") && Contains("That is far"));
    score.distance->unknown = "<5 of them";
    CHECK_THAT(text_of(read_distance(score)), Contains("! ") && Contains("cannot be told: <5"));
}

TEST_CASE("read_score_aloud: place, and what speaks against the score", "[report]") {
    auto score = score_of(Outcome::binary);
    CHECK_THAT(text_of(read_score_aloud(score)),
               Contains("Of the 1,233 other people of this store, 97.5% have a lower score. They"));
    score.population.has_equals = true;
    CHECK_THAT(text_of(read_score_aloud(score)),
               Contains("97.5% have a lower score (half of those with the same score counted). "));
    CHECK_THAT(text_of(read_score_aloud(score)), !Contains("trained or recalibrated"));
    CHECK_THAT(text_of(read_score_aloud(score)), !Contains("Nobody knows on whom"));
    score.training_is_known = false;
    CHECK_THAT(text_of(read_score_aloud(score)), Contains("! Nobody knows on whom"));
    score.was_used = true;
    score.share_used = 0.8;
    CHECK_THAT(text_of(read_score_aloud(score)),
               Contains("! This person was among those on whom") &&
                   Contains("! Only 80.0% of the score's variants"));
}

TEST_CASE("read_score_aloud: how much rests on the person's own genotypes", "[report]") {
    auto score = score_of(Outcome::binary);
    score.own_share = 0.987;
    CHECK_THAT(text_of(read_score_aloud(score)), Contains("- 98.7% of the score's variance"));
    score.own_share = 0.8;
    auto text = text_of(read_score_aloud(score));
    CHECK_THAT(text, Contains("! Only 80.0% of the score's variance") && Contains("a lower score"));
    score.own_share = 0.3;
    text = text_of(read_score_aloud(score));
    CHECK_THAT(text, Contains("! Only 30.0% of the score's variance") &&
                         Contains("! No place among other people") && !Contains("a lower score"));
}

TEST_CASE("read_score_aloud: alone in a store there is no place", "[report]") {
    auto score = score_of(Outcome::binary);
    score.population.people = 1;
    CHECK_THAT(text_of(read_score_aloud(score)),
               Contains("! Nobody else in this store") && !Contains("a lower score"));
}

}  // namespace
}  // namespace maniple
