#include "maniple/store/model_file.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/effect_file.hpp"
#include "store/known_model.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::bytes_of;
using test::everything;
using test::make_model;
using test::make_samples;
using test::ScratchFolder;

TEST_CASE("write_model: what is written is read, in equal bytes", "[store]") {
    ScratchFolder const folder;
    auto const variants = GENERATE(0, 1, 2, 500);
    auto const model = make_model(variants, make_samples(100));
    write_model(folder.path() / "a.h5", model, ExistingFile::refuse);
    auto const read = read_model(folder.path() / "a.h5");
    CHECK(everything(read) == everything(model));
    CHECK(read.training == model.training);
    CHECK(read.weights.weights == model.weights.weights);
    write_model(folder.path() / "b.h5", read, ExistingFile::refuse);
    CHECK(bytes_of(folder.path() / "a.h5") == bytes_of(folder.path() / "b.h5"));
}

TEST_CASE("write_model: the bytes do not know which NaN it was", "[store]") {
    ScratchFolder const folder;
    auto model = make_model(20, make_samples(9));
    write_model(folder.path() / "a.h5", model, ExistingFile::refuse);
    model.scores[1].penalty = -std::nan("17");
    model.weights.variants[0].effect_allele_frequency = -std::nan("4");
    write_model(folder.path() / "b.h5", model, ExistingFile::refuse);
    CHECK(bytes_of(folder.path() / "a.h5") == bytes_of(folder.path() / "b.h5"));
}

TEST_CASE("write_model: no scores, nobody trained on", "[store]") {
    ScratchFolder const folder;
    ScoreModel const empty;
    write_model(folder.path() / "a.h5", empty, ExistingFile::refuse);
    CHECK(everything(read_model(folder.path() / "a.h5")) == everything(empty));
    CHECK_FALSE(read_model(folder.path() / "a.h5").training.is_known());
}

TEST_CASE("write_model: replaces only where it is told to", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "a.h5";
    write_model(path, make_model(3, make_samples(9)), ExistingFile::refuse);
    auto const other = make_model(5, make_samples(9));
    CHECK_THROWS_AS(write_model(path, other, ExistingFile::refuse), EnvironmentError);
    CHECK(read_model(path).weights.variants.size() == 3);
    write_model(path, other, ExistingFile::replace);
    CHECK(read_model(path).weights.variants.size() == 5);
}

TEST_CASE("write_model: many scores that share few variants stay small", "[store]") {
    ScratchFolder const folder;
    constexpr std::int64_t scores = 500, variants = 20'000;
    ScoreModel model;
    for (std::int64_t s = 0; s < scores; ++s) {
        model.weights.scores.push_back("s" + std::to_string(s));
        model.scores.push_back({.name = model.weights.scores.back(), .trait = "", .method = ""});
    }
    model.weights.weights = WeightMatrix{scores};
    std::vector<double> row(scores);
    for (std::int64_t v = 0; v < variants; ++v) {
        model.weights.variants.push_back({.contig = "1",
                                          .position = static_cast<std::int32_t>(v + 1),
                                          .id = ".",
                                          .effect_allele = "A",
                                          .other_allele = "C"});
        auto const owner = static_cast<std::size_t>(v % scores);
        row[owner] = 0.001 * static_cast<double>(v + 1);
        model.weights.weights.append_variant(row);
        row[owner] = 0;
    }
    auto const path = folder.path() / "a.h5";
    write_model(path, model, ExistingFile::refuse);
    CHECK(std::filesystem::file_size(path) < 600'000);  // Dense: 80 MB.
    CHECK(read_model(path).weights.weights == model.weights.weights);
}

TEST_CASE("summarize_model: what is known without weights", "[store]") {
    ScratchFolder const folder;
    auto const model = make_model(100, make_samples(50));
    write_model(folder.path() / "a.h5", model, ExistingFile::refuse);
    auto const summary = summarize_model(folder.path() / "a.h5");
    CHECK(summary.genome_build == "GRCh38");
    CHECK(summary.source == model.source);
    CHECK(summary.variants == 100);
    CHECK(summary.scores.size() == 3);
    CHECK(summary.scores[0].trait == "time:event");
    CHECK(summary.score_variants == std::vector<std::int64_t>{67, 50, 0});
    CHECK(summary.training_fingerprint == fingerprint(make_samples(50)));
    CHECK(summary.split_fingerprint == 0x1234'5678'9abc'def0);
}

TEST_CASE("read_model: tells simulated effects and strange files apart", "[store]") {
    ScratchFolder const folder;
    auto const effects = folder.path() / "truth.h5";
    write_effects(effects, EffectTable{});
    CHECK(find_model_kind(effects) == ModelKind::simulated_effects);
    CHECK_THROWS_AS(read_model(effects), UserError);
    CHECK_THROWS_WITH(summarize_model(effects),
                      Catch::Contains("is a table of simulated effects, not a score"));

    auto const model = folder.path() / "a.h5";
    write_model(model, ScoreModel{}, ExistingFile::refuse);
    CHECK(find_model_kind(model) == ModelKind::score);
    CHECK_THROWS_AS(read_effects(model), CorruptInput);

    auto const index = test::make_index(make_samples(3), 32);
    write_cohort_index(folder.path(), index);
    CHECK_THROWS_AS(read_model(folder.path() / "cohort.h5"), CorruptInput);
    CHECK_THROWS_AS(read_model(folder.path() / "none.h5"), EnvironmentError);
    test::write_bytes(folder.path() / "text.h5", {'h', 'i'});
    CHECK_THROWS_AS(read_model(folder.path() / "text.h5"), CorruptInput);
}

TEST_CASE("place_model, find_model: by name in a store", "[store]") {
    ScratchFolder const store;
    CHECK_THROWS_WITH(find_model(store.path(), "bmi"), Catch::Contains("(it has: none)"));
    auto const path = place_model(store.path(), "bmi", ExistingFile::refuse);
    CHECK(path == store.path() / "models" / "bmi.h5");
    write_model(path, ScoreModel{}, ExistingFile::refuse);
    CHECK(find_model(store.path(), "bmi") == path);
    CHECK_THROWS_WITH(find_model(store.path(), "height"), Catch::Contains("(it has: bmi)"));
    CHECK_THROWS_AS(place_model(store.path(), "bmi", ExistingFile::refuse), UserError);
    CHECK(place_model(store.path(), "bmi", ExistingFile::replace) == path);
    for (auto const* bad : {"", "../bmi", "a/b", ".hidden", "é"}) {
        CHECK_THROWS_AS(place_model(store.path(), bad, ExistingFile::refuse), UserError);
        CHECK_THROWS_AS(find_model(store.path(), bad), UserError);
    }
}

TEST_CASE("write_model: refuses a model that contradicts itself", "[store]") {
    ScratchFolder const folder;
    auto const refuses = [&](ScoreModel const& model) {
        CHECK_THROWS_AS(write_model(folder.path() / "a.h5", model, ExistingFile::refuse),
                        ContractViolation);
        CHECK(std::filesystem::is_empty(folder.path()));
    };
    auto const good = make_model(4, make_samples(9));
    auto model = good;
    model.scores.pop_back();
    refuses(model);
    model = good;
    model.weights.weights = WeightMatrix{3};
    refuses(model);
    model = good;
    model.weights.weights = WeightMatrix{2};
    refuses(model);
    model = good;
    model.scores[0].name = "other";
    refuses(model);
    model = good;
    model.scores[0].name = model.weights.scores[0] = "none";
    refuses(model);
    model = good;
    model.scores[0].covariates.names.pop_back();
    refuses(model);
    model = good;
    model.scores[0].baseline.times.pop_back();
    refuses(model);
    model = good;
    model.training.hashed_ids.pop_back();
    refuses(model);
}

}  // namespace
}  // namespace maniple
