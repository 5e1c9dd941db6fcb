#include "maniple/run/info.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/store/effect_file.hpp"
#include "maniple/store/model_file.hpp"
#include "store/known_model.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

Cohort make_cohort(std::filesystem::path const& store) {
    auto index = test::make_index(test::make_samples(100), 32);
    index.partitions.push_back(test::write_partition(store, "1", index.format(), 70, 1).entry);
    index.partitions.push_back(test::write_partition(store, "X", index.format(), 5, 2).entry);
    write_cohort_index(store, index);
    write_table(store, index, test::make_table("phenotypes", 100), ExistingTable::refuse);
    return Cohort{store};
}

TEST_CASE("describe_json: holds what programs rely on", "[run]") {
    test::ScratchFolder const store;
    auto const cohort = make_cohort(store.path());

    auto const json = nlohmann::json::parse(describe_json(cohort));

    CHECK(json["samples"] == 100);
    CHECK(json["variants"] == 75);
    CHECK(json["fingerprint"] == to_hex(cohort.index().fingerprint));
    REQUIRE(json["partitions"].size() == 2);
    CHECK(json["partitions"][0]["file"] == "genotypes/1-1.h5");
    CHECK(json["partitions"][0]["blocks"] == 3);
    CHECK(json["partitions"][1]["contig"] == "X");
    CHECK(json["partitions"][1]["bytes"] ==
          std::filesystem::file_size(store.path() / "genotypes/X-1.h5"));
    CHECK(json["contigs"] ==
          nlohmann::json::parse(R"([{"name":"1","variants":70},{"name":"X","variants":5}])"));
    REQUIRE(json["tables"].size() == 1);
    CHECK(json["tables"][0]["name"] == "phenotypes");
    CHECK(json["tables"][0]["columns"] ==
          nlohmann::json::parse(R"([{"name":"height","type":"quantitative","observed":85},
              {"name":"site","type":"categorical","observed":100,"levels":["Köln","Oslo"],"levels_in_all":2}])"));
}

TEST_CASE("describe_text: says counts, ranges and columns, and no sample IDs", "[run]") {
    test::ScratchFolder const store;

    auto const text = describe_text(make_cohort(store.path()));

    CHECK_THAT(text, Catch::Contains("samples      100 (33 female, 33 male, 34 unknown)"));
    CHECK_THAT(text, Catch::Contains("variants     75 on 2 contigs in 2 partitions"));
    CHECK_THAT(text, Catch::Contains("1,483"));  // The last of 70 positions from 1,000 by 7.
    CHECK_THAT(text, Catch::Contains("table phenotypes: 2 columns, from p.tsv"));
    CHECK_THAT(text, Catch::Contains("2 levels"));
    CHECK_THAT(text, !Catch::Contains("person-"));
}

TEST_CASE("describe_json: names that are not UTF-8 become valid JSON", "[run]") {
    test::ScratchFolder const store;
    auto const index = test::make_index(test::make_samples(3), 32);
    write_cohort_index(store.path(), index);
    auto table = test::make_table("a", 3);
    table.columns[0].name = "h\xf6he";
    write_table(store.path(), index, table, ExistingTable::refuse);

    auto const json = nlohmann::json::parse(describe_json(Cohort{store.path()}));

    CHECK(json["tables"][0]["columns"][0]["name"] == "h\xef\xbf\xbdhe");
}

TEST_CASE("describe_text, describe_json: models and whom they were trained on", "[run]") {
    test::ScratchFolder const store;
    auto const cohort = make_cohort(store.path());
    CHECK(nlohmann::json::parse(describe_json(cohort))["models"].empty());
    auto const models = store.path() / "models";
    write_model(models / "own.h5", test::make_model(20, cohort.samples()), ExistingFile::refuse);
    write_model(models / "other.h5", test::make_model(20, test::make_samples(9)),
                ExistingFile::refuse);
    write_effects(models / "truth.h5", EffectTable{});

    auto const text = describe_text(cohort);
    CHECK_THAT(text, Catch::Contains("model own: 3 scores over 20 variants, GRCh38, from maniple "
                                     "fit"));
    CHECK_THAT(text, Catch::Contains("elastic-net  90 samples, 31 events"));
    CHECK_THAT(text, Catch::Contains("Mortality, all causes"));
    CHECK_THAT(text, Catch::Contains("model truth: simulated effects (not a score)"));
    auto const other = text.find("model other");
    CHECK(text.find("trained on another cohort") > other);
    CHECK(text.find("trained on another cohort") < text.find("model own"));
    CHECK(text.find("person-") == std::string::npos);

    auto const json = nlohmann::json::parse(describe_json(cohort))["models"];
    REQUIRE(json.size() == 3);
    CHECK(json[0]["trained_on"] == "another_cohort");
    CHECK(json[1]["trained_on"] == "this_cohort");
    CHECK(json[1]["scores"].size() == 3);
    CHECK(json[1]["scores"][0]["outcome"] == "time_to_event");
    CHECK(json[1]["scores"][0]["penalty"] == 0.01);
    CHECK(json[1]["scores"][0]["converged"] == false);
    CHECK(json[1]["scores"][0]["recalibrated"] == true);
    CHECK(json[1]["scores"][1]["penalty"].is_null());
    CHECK(json[2]["kind"] == "simulated_effects");
}

}  // namespace
}  // namespace maniple
