#include "evaluation_match.hpp"

#include <utility>

namespace maniple {
namespace {

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

}  // namespace

bool is_of_score(EvaluationFile const& evaluation, std::string_view score, std::string_view model) {
    return evaluation.left_out.empty() && evaluation.score == score &&
           (evaluation.model.empty() || evaluation.model == model);
}

bool is_of_trait(EvaluationFile const& evaluation, ScoreDescription const& score) {
    return (score.trait.empty() || is_same_trait(evaluation.trait, score.trait)) &&
           (score.outcome == Outcome::unknown || evaluation.outcome == score.outcome);
}

}  // namespace maniple
