#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/scoring_file.hpp"
#include "store/known_model.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::ScratchFolder;

// One score of a model, as a file has it.
ScoreModel single(ScoreModel const& model, std::int64_t score) {
    ScoreModel result{.genome_build = model.genome_build,
                      .source = model.source,
                      .weights = {.variants = {},
                                  .scores = {model.weights.scores[static_cast<std::size_t>(score)]},
                                  .weights = WeightMatrix{1}},
                      .scores = {model.scores[static_cast<std::size_t>(score)]},
                      .training = {}};
    auto const weights = model.weights.weights.score(ScoreIndex{score});
    for (std::size_t v = 0; v < weights.size(); ++v) {
        if (weights[v] == 0) continue;
        result.weights.variants.push_back(model.weights.variants[v]);
        result.weights.weights.append_variant(std::vector{weights[v]});
    }
    return result;
}

TEST_CASE("write_scoring_file: what is written is read, bit for bit", "[store]") {
    ScratchFolder const folder;
    auto model = test::make_model(500, test::make_samples(30));
    for (std::size_t v = 0; v < model.weights.variants.size(); ++v) {
        auto& variant = model.weights.variants[v];
        if (variant.position == 0) variant.id = "here-" + std::to_string(v);
        if (v % 10 == 5) variant.id = "1:" + std::to_string(v) + ":é";
        if (variant.effect_allele == variant.other_allele) variant.other_allele = "C";
    }
    auto const name = GENERATE("out.txt", "out.txt.gz");
    for (std::int64_t score = 0; score < 2; ++score) {
        auto const path = folder.path() / name;
        write_scoring_file(path, model, ScoreIndex{score}, 2, ExistingFile::replace);
        auto const back = read_scoring_file(path, {});
        auto expected = single(model, score);
        expected.scores[0].baseline = {};  // Times of single people's events stay at home.
        CHECK(test::everything(back.model) == test::everything(expected));
        for (auto const& remark : back.remarks) CHECK(remark.find("promises") == std::string::npos);
        write_scoring_file(folder.path() / "again.txt", back.model, ScoreIndex{0}, 1,
                           ExistingFile::replace);
        auto const bytes = test::bytes_of(path);
        if (path.extension() == ".txt") {
            CHECK(bytes == test::bytes_of(folder.path() / "again.txt"));
        } else {
            CHECK(bytes[0] == '\x1f');
        }
    }
}

TEST_CASE("write_scoring_file: holds nothing of single people", "[store]") {
    ScratchFolder const folder;
    auto const samples = test::make_samples(30);
    auto const model = test::make_model(50, samples);
    auto const path = folder.path() / "a.txt";
    write_scoring_file(path, model, ScoreIndex{0}, 1, ExistingFile::refuse);
    auto const bytes = test::bytes_of(path);
    std::string const text{bytes.begin(), bytes.end()};
    for (auto const& id : samples.ids) CHECK(text.find(id) == std::string::npos);
    for (auto hash : model.training.hashed_ids) {
        CHECK(text.find(std::to_string(hash)) == std::string::npos);
    }
    CHECK(text.find("baseline") == std::string::npos);
    CHECK(text.starts_with(scoring_file_title()));
    CHECK(text.find("\n#genome_build=GRCh38\n") != std::string::npos);
    CHECK(text.find("\n#variants_number=33\n") != std::string::npos);
    CHECK(text.find("\n#maniple_covariate=0.3 age\n") != std::string::npos);
    CHECK_THROWS_AS(write_scoring_file(path, model, ScoreIndex{0}, 1, ExistingFile::refuse),
                    EnvironmentError);
    CHECK_THROWS_AS(write_scoring_file(path, model, ScoreIndex{3}, 1, ExistingFile::replace),
                    ContractViolation);
}

}  // namespace
}  // namespace maniple
