#include "maniple/run/model_union.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

ScoredVariant make_variant(std::string contig, std::int32_t position, std::string id,
                           double frequency = std::numeric_limits<double>::quiet_NaN()) {
    return {.contig = std::move(contig),
            .position = position,
            .id = std::move(id),
            .effect_allele = "A",
            .other_allele = "C",
            .effect_allele_frequency = frequency};
}

/// A model, and the file it is from.
struct FileModel {
    std::filesystem::path file;
    ScoreModel model;
};

ScoreModel merge_models(std::vector<FileModel> files) {
    ModelUnion all;
    for (auto& [file, model] : files) all.add(file, std::move(model));
    return std::move(all).finish();
}

// A model of one score that gives its variants 1, 2, 3, ...
FileModel make_file(std::string const& name, std::vector<ScoredVariant> variants,
                    std::string build = "GRCh37") {
    FileModel file{.file = name + ".txt", .model = {}};
    auto& model = file.model;
    model.genome_build = std::move(build);
    model.source = name + ".txt";
    model.scores = {{.name = name, .trait = "", .method = "imported"}};
    model.weights = {.variants = std::move(variants), .scores = {name}, .weights = WeightMatrix{1}};
    for (std::size_t v = 0; v < model.weights.variants.size(); ++v) {
        model.weights.weights.append_variant(std::vector{static_cast<double>(v + 1)});
    }
    return file;
}

TEST_CASE("ModelUnion: one row for a variant of several files", "[run]") {
    auto const merged =
        merge_models({make_file("a", {make_variant("1", 5, "."), make_variant("1", 6, "rs6")}),
                      make_file("b", {make_variant("1", 6, "other"), make_variant("2", 5, "rs7"),
                                      make_variant("1", 5, "rs5")})});
    auto const& weights = merged.weights;
    CHECK(weights.scores == std::vector<std::string>{"a", "b"});
    REQUIRE(weights.variants.size() == 3);
    CHECK(weights.variants[0].id == "rs5");  // Known to the second file.
    CHECK(weights.variants[1].id == "rs6");
    CHECK(weights.variants[2].contig == "2");
    CHECK(weights.weights.score(ScoreIndex{0}) == std::vector<double>{1, 2, 0});
    CHECK(weights.weights.score(ScoreIndex{1}) == std::vector<double>{3, 1, 2});
    CHECK(merged.scores.size() == 2);
    CHECK(merged.genome_build == "GRCh37");
    CHECK(merged.source == "a.txt, b.txt");
}

TEST_CASE("ModelUnion: what a score would see differently stays apart", "[run]") {
    auto swapped = make_variant("1", 5, "rs5");
    std::swap(swapped.effect_allele, swapped.other_allele);
    auto unknown = make_variant("1", 5, "rs5");
    unknown.other_allele.clear();
    auto const merged = merge_models({make_file("a", {make_variant("1", 5, "rs5")}),
                                      make_file("b", {swapped}), make_file("c", {unknown}),
                                      make_file("d", {make_variant("1", 5, "rs5", 0.25)}),
                                      make_file("e", {make_variant("1", 5, "rs5", 0.25)}),
                                      make_file("f", {make_variant("", 0, "rs5")}),
                                      make_file("g", {make_variant("", 0, "rs6")})});
    CHECK(merged.weights.variants.size() == 6);
    CHECK(merged.weights.weights.count_variants() == std::vector<std::int64_t>(7, 1));
    CHECK(merged.weights.weights.nonzero() == 7);
}

TEST_CASE("ModelUnion: names and builds", "[run]") {
    auto const placed = make_variant("1", 5, "rs5");
    auto const unplaced = make_variant("", 0, "rs5");
    CHECK_THROWS_WITH(merge_models({make_file("a", {placed}), make_file("a", {placed})}),
                      Catch::Contains("score 'a' is in 'a.txt' and in 'a.txt'"));
    CHECK_THROWS_WITH(merge_models({make_file("a", {placed}), make_file("b", {placed}, "GRCh38")}),
                      Catch::Contains("'a.txt' has positions of genome build GRCh37, 'b.txt' of "
                                      "GRCh38"));
    CHECK_THROWS_AS(merge_models({make_file("a", {placed}, ""), make_file("b", {placed})}),
                    UserError);
    // Without positions a build says nothing.
    CHECK(merge_models({make_file("a", {unplaced}, ""), make_file("b", {placed})}).genome_build ==
          "GRCh37");
    CHECK(merge_models({make_file("a", {placed}, ""), make_file("b", {placed}, "")})
              .genome_build.empty());
    CHECK_THROWS_AS(merge_models({}), ContractViolation);
}

}  // namespace
}  // namespace maniple
