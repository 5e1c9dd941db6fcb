#include "evaluation_match.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "evaluation_text.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/model_checksum.hpp"

namespace maniple {
namespace {

bool is_of_score(EvaluationFile const& evaluation, ScorePlace const& place) {
    return is_of_score(evaluation, place.description().name, place.source->label);
}

// "height" and "clinic.height": a table's name is written where it was needed or asked for.
bool is_same_column(std::string_view one, std::string_view other) {
    if (one.size() < other.size()) std::swap(one, other);
    return one == other || (one.ends_with(other) && one[one.size() - other.size() - 1] == '.');
}

// Columns, or pairs "time:event" of them.
bool is_same_trait(std::string_view one, std::string_view other) {
    auto const first = one.find(':');
    auto const second = other.find(':');
    if (first == std::string_view::npos || second == std::string_view::npos) {
        return first == second && is_same_column(one, other);
    }
    return is_same_column(one.substr(0, first), other.substr(0, second)) &&
           is_same_column(one.substr(first + 1), other.substr(second + 1));
}

std::string describe_subject(EvaluationFile const& evaluation) {
    if (!evaluation.left_out.empty()) {
        return fmt::format("of models that were each fitted without a level of '{}'",
                           evaluation.left_out);
    }
    return fmt::format(
        "of score '{}'{}", evaluation.score,
        evaluation.model.empty() ? "" : fmt::format(" of model '{}'", evaluation.model));
}

}  // namespace

bool is_of_score(EvaluationFile const& evaluation, std::string_view score, std::string_view model) {
    return evaluation.left_out.empty() && evaluation.score == score &&
           (evaluation.model.empty() || evaluation.model == model);
}

bool is_of_trait(EvaluationFile const& evaluation, ScoreDescription const& score) {
    return (score.trait.empty() || is_same_trait(evaluation.trait, score.trait)) &&
           (score.outcome == Outcome::unknown || evaluation.outcome == score.outcome);
}

std::vector<ScorePlace> list_places(std::vector<ScoreSource> const& sources) {
    std::vector<ScorePlace> places;
    for (auto const& source : sources) {
        auto const checksum = to_hex(model_checksum(source.model));
        for (std::size_t i = 0; i < source.scores.size(); ++i) {
            places.push_back({&source, i, checksum});
        }
    }
    return places;
}

EvaluationMatch match_evaluation(EvaluationFile const& evaluation, ScorePlace const& place) {
    if (!is_of_score(evaluation, place) || !is_of_trait(evaluation, place.description())) {
        return EvaluationMatch::other;
    }
    if (evaluation.model_checksum.empty()) return EvaluationMatch::unknown_model;
    return evaluation.model_checksum == place.model_checksum ? EvaluationMatch::same_model
                                                             : EvaluationMatch::other;
}

void require_evaluated(EvaluationFile const& evaluation, std::vector<ScorePlace> const& places,
                       std::filesystem::path const& run) {
    auto const is_matched = [&](ScorePlace const& place) {
        return match_evaluation(evaluation, place) != EvaluationMatch::other;
    };
    if (std::ranges::any_of(places, is_matched)) return;
    auto const of_score = std::ranges::find_if(
        places, [&](auto const& place) { return is_of_score(evaluation, place); });
    if (of_score == places.end()) {
        throw UserError{fmt::format(
            "--evaluation '{}' is {}, which is not explained here; name an evaluation of one of "
            "the scores explained",
            run.string(), describe_subject(evaluation))};
    }
    auto const& score = of_score->description();
    if (is_of_trait(evaluation, score)) {
        throw UserError{fmt::format(
            "--evaluation '{0}' is of another model that was called '{1}' (weights or covariates "
            "differ: it was made again since); evaluate '{1}' as it is now, and name that "
            "evaluation",
            run.string(), of_score->source->label)};
    }
    throw UserError{fmt::format(
        "--evaluation '{}' is of trait '{}' ({}), and score '{}' predicts '{}' ({}); name an "
        "evaluation of the trait that the score predicts",
        run.string(), evaluation.trait, outcome_name(evaluation.outcome), score.name, score.trait,
        outcome_name(score.outcome))};
}

}  // namespace maniple
