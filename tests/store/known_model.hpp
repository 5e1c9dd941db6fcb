/// \file  Score models for tests, and everything that is in one as a number.
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/checksum.hpp"
#include "maniple/store/model_file.hpp"

namespace maniple::test {

/// Three scores: one for times to event with all there can be, one imported, one without weights.
inline ScoreModel make_model(std::int64_t variants, Samples const& samples) {
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    ScoreModel model{.genome_build = "GRCh38",
                     .source = "maniple fit --trait \"time:event\" # é",
                     .weights = {.variants = {},
                                 .scores = {"PGS000001", "mort-é", "none"},
                                 .weights = WeightMatrix{3}},
                     .scores = {},
                     .training = {}};
    std::mt19937_64 random{5};
    std::normal_distribution<double> normal;
    for (std::int64_t v = 0; v < variants; ++v) {
        model.weights.variants.push_back(
            {.contig = v % 7 == 6 ? "" : (v % 2 == 0 ? "X" : "10"),
             .position = v % 7 == 6 ? 0 : static_cast<std::int32_t>(100 + v),
             .id = v % 5 == 0 ? "." : "rs" + std::to_string(v),
             .effect_allele = v % 3 == 0 ? "A" : "ACGTN",
             .other_allele = v % 4 == 0 ? "" : "T",
             .effect_allele_frequency = v % 6 == 0 ? nan : static_cast<double>(v % 97) / 100});
        model.weights.weights.append_variant(std::vector{
            v % 3 == 1 ? 0 : normal(random), v % 2 == 0 ? 1e-300 * normal(random) : 0, 0.0});
    }
    ScoreDescription full{.name = "PGS000001",
                          .trait = "time:event",
                          .outcome = Outcome::time_to_event,
                          .method = "elastic-net",
                          .offset = -0.1,
                          .covariates = {0.0, {"age", "site=Köln"}, {0.3, -1.0 / 3}},
                          .baseline = {{1, 2.5, 7}, {0.01, 0.02, 0.1}},
                          .training_samples = 90,
                          .training_cases = 31,
                          .penalty = 0.01,
                          .mixing = 0.5,
                          .heritability = 0.25,
                          .validation_performance = 0.61,
                          .largest_violation = 1e-9,
                          .iterations = 1234,
                          .has_converged = false,
                          .recalibration = Recalibration{0.125, 0.9, 77}};
    ScoreDescription imported{
        .name = "mort-é", .trait = "", .outcome = Outcome::unknown, .method = "imported"};
    imported.reported_trait = "Mortality, all causes";
    ScoreDescription none{.name = "none",
                          .trait = "height",
                          .outcome = Outcome::quantitative,
                          .method = "ridge",
                          .covariates = {170.5, {"sex"}, {-12.0}}};
    model.scores = {full, imported, none};
    std::vector<bool> used;
    for (std::int64_t s = 0; s < samples.size(); ++s) used.push_back(s % 3 != 0);
    model.training = describe_training(samples, used);
    model.training.split_fingerprint = 0x1234'5678'9abc'def0;
    return model;
}

/// NaN counts as equal to NaN.
inline std::uint64_t everything(ScoreModel const& model) {
    Checksum sum;
    auto const number = [&](auto value) {
        if (value != value) value = decltype(value){7};
        sum.add_values(std::span{static_cast<decltype(value) const*>(&value), 1});
    };
    auto const numbers = [&](std::vector<double> const& values) {
        for (auto value : values) number(value);
    };
    sum.add(model.genome_build);
    sum.add(model.source);
    for (auto const& variant : model.weights.variants) {
        sum.add(variant.contig);
        number(variant.position);
        sum.add(variant.id);
        sum.add(variant.effect_allele);
        sum.add(variant.other_allele);
        number(variant.effect_allele_frequency);
    }
    for (auto const& name : model.weights.scores) sum.add(name);
    sum.add_values(model.weights.weights.starts());
    sum.add_values(model.weights.weights.members());
    sum.add_values(model.weights.weights.weights());
    for (auto const& score : model.scores) {
        sum.add(score.name);
        sum.add(score.trait);
        sum.add(score.reported_trait);
        sum.add(score.method);
        number(static_cast<int>(score.outcome));
        for (auto const& name : score.covariates.names) sum.add(name);
        numbers(score.covariates.coefficients);
        numbers(score.baseline.times);
        numbers(score.baseline.cumulative);
        numbers({score.offset, score.covariates.intercept, score.penalty, score.mixing,
                 score.heritability, score.validation_performance, score.largest_violation});
        for (auto count : {score.training_samples, score.training_cases, score.iterations}) {
            number(count);
        }
        number(score.has_converged ? 1 : 0);
        number(score.recalibration ? 1 : 0);
        auto const recalibration = score.recalibration.value_or(Recalibration{});
        numbers({recalibration.intercept, recalibration.slope});
        number(recalibration.samples);
    }
    number(model.training.fingerprint);
    number(model.training.key);
    for (bool is_used : model.training.is_used) number(is_used ? 1 : 0);
    sum.add_values(std::span{model.training.hashed_ids});
    return sum.value();
}

}  // namespace maniple::test
