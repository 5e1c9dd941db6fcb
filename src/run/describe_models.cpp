#include "describe_models.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/run/trait_counts.hpp"
#include "maniple/store/model_file.hpp"
#include "told_json.hpp"

namespace maniple {
namespace {

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::unknown:
            return "unknown";
        case Outcome::quantitative:
            return "quantitative";
        case Outcome::binary:
            return "binary";
        case Outcome::time_to_event:
            return "time_to_event";
    }
    return {};
}

std::string describe_training(ScoreDescription const& score) {
    if (score.training_samples == 0) return "not known";
    auto const text = is_small(score.training_samples, fewest_told)
                          ? describe_count(score.training_samples) + " samples"
                          : plural(score.training_samples, "sample");
    if (score.outcome != Outcome::binary && score.outcome != Outcome::time_to_event) return text;
    auto const noun = score.outcome == Outcome::binary ? "case" : "event";
    auto const cases = told_cases(score.outcome, score.training_samples, score.training_cases);
    if (cases) return text + ", " + plural(*cases, noun);
    auto const small = is_small(score.training_cases, fewest_told);
    return text +
           fmt::format(", {} {}s", small ? describe_count(score.training_cases) : "NA", noun);
}

// One row of the table of scores.
using Row = std::vector<std::string>;

Row describe_score(ScoreDescription const& score, std::int64_t variants) {
    auto const& trait = score.trait.empty() ? score.reported_trait : score.trait;
    return {score.name,
            grouped(variants),
            trait.empty() ? "-" : trait,
            score.outcome == Outcome::unknown ? "-" : std::string{to_string(score.outcome)},
            score.method,
            describe_training(score)};
}

std::string lay_out(std::vector<Row> const& rows) {
    constexpr std::size_t number = 1;  // Column of variants: to the right.
    std::vector<std::size_t> widths(rows.front().size());
    for (auto const& row : rows) {
        for (std::size_t c = 0; c < row.size(); ++c) {
            widths[c] = std::max(widths[c], row[c].size());
        }
    }
    std::string text;
    for (auto const& row : rows) {
        std::string line;
        for (std::size_t c = 0; c < row.size(); ++c) {
            line += c == number ? fmt::format("  {:>{}}", row[c], widths[c])
                                : fmt::format("  {:<{}}", row[c], widths[c]);
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    return text;
}

std::string describe_model(ModelSummary const& model, std::string const& name,
                           std::uint64_t fingerprint) {
    constexpr std::size_t shown = 20;
    auto text = fmt::format(
        "\nmodel {}: {} over {}, {}, from {}\n", name, plural(std::ssize(model.scores), "score"),
        plural(model.variants, "variant"),
        model.genome_build.empty() ? "genome build not known" : model.genome_build, model.source);
    if (model.training_fingerprint != 0 && model.training_fingerprint != fingerprint) {
        text += "  trained on another cohort\n";
    }
    if (model.split_fingerprint != 0) {
        text += fmt::format("  split {}\n", to_hex(model.split_fingerprint));
    }
    std::vector<Row> rows{{"score", "variants", "trait", "outcome", "method", "trained on"}};
    for (std::size_t s = 0; s < std::min(shown, model.scores.size()); ++s) {
        rows.push_back(describe_score(model.scores[s], model.score_variants[s]));
    }
    text += lay_out(rows);
    if (model.scores.size() > shown) {
        text += fmt::format(
            "  and {} more (--json tells all)\n",
            plural(std::ssize(model.scores) - static_cast<std::int64_t>(shown), "score"));
    }
    return text;
}

// JSON has no NaN: what is not known is null.
nlohmann::ordered_json number_or_null(double value) {
    if (std::isnan(value)) return nullptr;
    return value;
}

nlohmann::ordered_json score_as_json(ScoreDescription const& score, std::int64_t variants) {
    return {{"name", score.name},
            {"variants", variants},
            {"trait", score.trait},
            {"reported_trait", score.reported_trait},
            {"outcome", std::string{to_string(score.outcome)}},
            {"method", score.method},
            {"training_samples", score.training_samples},
            {"training_cases",
             told_or_null(told_cases(score.outcome, score.training_samples, score.training_cases))},
            {"penalty", number_or_null(score.penalty)},
            {"mixing", number_or_null(score.mixing)},
            {"heritability", number_or_null(score.heritability)},
            {"validation_performance", number_or_null(score.validation_performance)},
            {"converged", score.has_converged},
            {"recalibrated", score.recalibration.has_value()}};
}

}  // namespace

std::string describe_models(Cohort const& cohort) {
    std::string text;
    for (auto const& name : cohort.model_names()) {
        auto const path = find_model(cohort.path(), name);
        if (find_model_kind(path) == ModelKind::simulated_effects) {
            text += fmt::format("\nmodel {}: simulated effects (not a score)\n", name);
        } else {
            text += describe_model(summarize_model(path), name, cohort.index().fingerprint);
        }
    }
    return text;
}

nlohmann::ordered_json list_models_as_json(Cohort const& cohort) {
    using Json = nlohmann::ordered_json;
    auto models = Json::array();
    for (auto const& name : cohort.model_names()) {
        auto const path = find_model(cohort.path(), name);
        if (find_model_kind(path) == ModelKind::simulated_effects) {
            models.push_back({{"name", name}, {"kind", "simulated_effects"}});
            continue;
        }
        auto const model = summarize_model(path);
        auto scores = Json::array();
        for (std::size_t s = 0; s < model.scores.size(); ++s) {
            scores.push_back(score_as_json(model.scores[s], model.score_variants[s]));
        }
        auto const trained_on = model.training_fingerprint == 0 ? "not_known"
                                : model.training_fingerprint == cohort.index().fingerprint
                                    ? "this_cohort"
                                    : "another_cohort";
        auto const split =
            model.split_fingerprint == 0 ? Json{} : Json(to_hex(model.split_fingerprint));
        models.push_back({{"name", name},
                          {"kind", "score"},
                          {"genome_build", model.genome_build},
                          {"source", model.source},
                          {"variants", model.variants},
                          {"trained_on", trained_on},
                          {"split_fingerprint", split},
                          {"scores", std::move(scores)}});
    }
    return models;
}

}  // namespace maniple
