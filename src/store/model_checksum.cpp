#include "maniple/store/model_checksum.hpp"

#include <span>
#include <utility>
#include <vector>

#include "columns.hpp"
#include "maniple/core/checksum.hpp"

namespace maniple {
namespace {

void add_weights(Checksum& sum, ScoreWeights const& weights) {
    std::vector<std::int32_t> positions;
    std::vector<double> frequencies;
    for (auto const& variant : weights.variants) {
        for (auto const* text :
             {&variant.contig, &variant.id, &variant.effect_allele, &variant.other_allele}) {
            sum.add(*text);
        }
        positions.push_back(variant.position);
        frequencies.push_back(variant.effect_allele_frequency);
    }
    frequencies = with_one_nan(std::move(frequencies));
    sum.add_values(std::span{std::as_const(positions)});
    sum.add_values(std::span{std::as_const(frequencies)});
    sum.add_values(weights.weights.starts());
    sum.add_values(weights.weights.members());
    sum.add_values(weights.weights.weights());
}

void add_prediction(Checksum& sum, ScoreDescription const& score) {
    sum.add(score.name);
    for (auto const& name : score.covariates.names) sum.add(name);
    auto const constants = with_one_nan({score.offset, score.covariates.intercept});
    sum.add_values(std::span{constants});
    sum.add_values(std::span{score.covariates.coefficients});
    sum.add_values(std::span{score.baseline.times});
    sum.add_values(std::span{score.baseline.cumulative});
}

}  // namespace

std::uint64_t model_checksum(ScoreModel const& model) {
    Checksum sum;
    add_weights(sum, model.weights);
    for (auto const& score : model.scores) add_prediction(sum, score);
    return sum.value();
}

}  // namespace maniple
