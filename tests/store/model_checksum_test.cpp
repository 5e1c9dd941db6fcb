#include "maniple/store/model_checksum.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "store/known_model.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::make_model;
using test::make_samples;
using test::ScratchFolder;

TEST_CASE("model_checksum: of scores and predictions, not of recalibrations", "[store]") {
    auto const model = make_model(20, make_samples(9));
    auto const checksum = model_checksum(model);
    auto recalibrated = model;
    recalibrated.scores[0].recalibration = Recalibration{1, 2, 3};
    recalibrated.scores[1].recalibration = Recalibration{};
    recalibrated.training = describe_training(make_samples(9), std::vector<bool>(9, true));
    CHECK(model_checksum(recalibrated) == checksum);

    auto others = std::vector(6, model);
    auto const grown = make_model(21, make_samples(9));
    others[0].weights.weights = grown.weights.weights;
    others[0].weights.variants = grown.weights.variants;
    others[1].weights.variants[3].effect_allele = "G";
    others[2].scores[1].offset += 1e-9;
    others[3].scores[2].covariates.intercept += 1e-9;
    others[4].scores[0].covariates.coefficients[1] += 1e-9;
    others[5].scores[0].baseline.cumulative[2] += 1e-9;
    for (auto const& other : others) CHECK(model_checksum(other) != checksum);
}

TEST_CASE("model_checksum: a file does not change it", "[store]") {
    ScratchFolder const folder;
    auto const model = make_model(20, make_samples(9));
    write_model(folder.path() / "a.h5", model, ExistingFile::refuse);
    CHECK(model_checksum(read_model(folder.path() / "a.h5")) == model_checksum(model));
}

TEST_CASE("model_checksum: it does not know which NaN it was", "[store]") {
    auto model = make_model(20, make_samples(9));
    auto const checksum = model_checksum(model);
    REQUIRE(std::isnan(model.weights.variants[0].effect_allele_frequency));
    model.weights.variants[0].effect_allele_frequency = -std::nan("4");
    CHECK(model_checksum(model) == checksum);
    model.weights.variants[0].effect_allele_frequency = 0.5;
    CHECK(model_checksum(model) != checksum);
}

}  // namespace
}  // namespace maniple
