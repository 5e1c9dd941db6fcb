#include "../src/report/reporting_items.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

ReportingItem find(EvaluationFile const& file, std::string const& name) {
    auto const items = list_reporting_items(file);
    auto const found = std::ranges::find(items, name, &ReportingItem::item);
    REQUIRE(found != items.end());
    return *found;
}

TEST_CASE("list_reporting_items: every item once, and what no run knows is left to authors",
          "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::binary;
    std::set<std::string> names;
    for (auto const& item : list_reporting_items(file)) {
        names.insert(item.item);
        CHECK_FALSE((item.known.empty() && item.is_complete &&
                     item.item != "Risk Model Predictive Ability" &&
                     item.item != "Risk Model Discrimination"));
    }
    CHECK(names.size() == 22);
    for (auto const* name : {"Ancestry", "Genetic Data", "Limitations", "Generalizability",
                             "Risk Model Intended Uses", "Study Design & Recruitment"}) {
        CHECK(find(file, name).known.empty());
    }
}

TEST_CASE("list_reporting_items: numbers of the run", "[report]") {
    EvaluationFile file;
    file.outcome = Outcome::binary;
    file.score = "s";
    file.trait = "disease";
    file.evaluated = 1000;
    file.covariates = {"age"};
    EvaluationRow row;
    row.metric = "auc";
    row.estimate = 0.7;
    row.lower = 0.65;
    row.upper = 0.75;
    row.samples = 1000;
    row.cases = 200;
    file.rows = {row};
    CHECK(find(file, "Risk Model Discrimination").known == "AUC 0.700 (0.650 to 0.750)");
    CHECK(find(file, "Participant Demographics and Clinical Characteristics").known ==
          "1,000 people evaluated, 200 cases");
    CHECK(find(file, "Non-Genetic Variables").known == "age");
    CHECK(find(file, "Subgroup Analyses").known == "None");
    file.origin = ScoreOrigin{.variants = 1234, .genome_build = "GRCh38"};
    file.origin->description.method = "elastic-net";
    file.origin->description.training_samples = 5000;
    CHECK(find(file, "Polygenic Risk Score Construction & Estimation").known ==
          "Score 's': elastic-net, 1,234 variants, GRCh38; trained on 5,000 people");
}

}  // namespace
}  // namespace maniple
