#include "model_layout.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "columns.hpp"

namespace maniple {
namespace {

constexpr std::uint8_t converged_flag = 1;
constexpr std::uint8_t recalibrated_flag = 2;

constexpr std::array<char const*, 9> number_names{"score_offset",
                                                  "score_intercept",
                                                  "score_penalty",
                                                  "score_mixing",
                                                  "score_heritability",
                                                  "score_validation_performance",
                                                  "score_largest_violation",
                                                  "recalibration_intercept",
                                                  "recalibration_slope"};

// Where each of number_names lives.
std::array<double*, number_names.size()> numbers_of(ScoreDescription& score,
                                                    Recalibration& recalibration) {
    return {&score.offset,
            &score.covariates.intercept,
            &score.penalty,
            &score.mixing,
            &score.heritability,
            &score.validation_performance,
            &score.largest_violation,
            &recalibration.intercept,
            &recalibration.slope};
}

template <class T>
void append(std::vector<T>& all, std::vector<T> const& more) {
    all.insert(all.end(), more.begin(), more.end());
}

// Position of the score that row `row` of a list belongs to.
ScoreDescription& owner(hdf5::File const& file, std::vector<std::int32_t> const& positions,
                        std::size_t row, std::vector<ScoreDescription>& scores) {
    auto const position = positions[row];
    if (position < 0 || position >= std::ssize(scores)) {
        hdf5::reject(file.origin(), "a covariate or baseline belongs to no score");
    }
    return scores[static_cast<std::size_t>(position)];
}

}  // namespace

void DescriptionLayout::add_to(Checksum& sum) const {
    for (auto const* list : {&names, &traits, &reported_traits, &methods, &covariate_names}) {
        for (auto const& text : *list) sum.add(text);
    }
    for (auto const* list : {&outcomes, &flags}) sum.add_values(std::span{*list});
    for (auto const* list :
         {&variants, &training_samples, &training_cases, &iterations, &recalibration_samples}) {
        sum.add_values(std::span{*list});
    }
    for (auto const& list : numbers) sum.add_values(std::span{list});
    for (auto const* list : {&covariate_scores, &baseline_scores}) sum.add_values(std::span{*list});
    for (auto const* list : {&covariate_coefficients, &baseline_times, &baseline_hazards}) {
        sum.add_values(std::span{*list});
    }
}

DescriptionLayout lay_out(std::vector<ScoreDescription> const& scores,
                          std::vector<std::int64_t> const& variants) {
    DescriptionLayout layout;
    layout.variants = variants;
    layout.numbers.resize(number_names.size());
    std::int32_t position = 0;
    for (auto score : scores) {
        auto recalibration = score.recalibration.value_or(Recalibration{});
        layout.names.push_back(score.name);
        layout.traits.push_back(score.trait);
        layout.reported_traits.push_back(score.reported_trait);
        layout.methods.push_back(score.method);
        layout.outcomes.push_back(static_cast<std::uint8_t>(score.outcome));
        layout.flags.push_back(
            static_cast<std::uint8_t>((score.has_converged ? converged_flag : 0) |
                                      (score.recalibration.has_value() ? recalibrated_flag : 0)));
        layout.training_samples.push_back(score.training_samples);
        layout.training_cases.push_back(score.training_cases);
        layout.iterations.push_back(score.iterations);
        layout.recalibration_samples.push_back(recalibration.samples);
        auto const numbers = numbers_of(score, recalibration);
        for (std::size_t i = 0; i < numbers.size(); ++i) layout.numbers[i].push_back(*numbers[i]);
        append(layout.covariate_names, score.covariates.names);
        append(layout.covariate_coefficients, score.covariates.coefficients);
        layout.covariate_scores.resize(layout.covariate_names.size(), position);
        append(layout.baseline_times, score.baseline.times);
        append(layout.baseline_hazards, score.baseline.cumulative);
        layout.baseline_scores.resize(layout.baseline_times.size(), position);
        ++position;
    }
    for (auto& list : layout.numbers) list = with_one_nan(std::move(list));
    return layout;
}

void write_descriptions(hdf5::File& file, DescriptionLayout const& layout) {
    file.write_attribute("scores", std::ssize(layout.names));
    file.write_attribute("covariates", std::ssize(layout.covariate_names));
    file.write_attribute("baseline_steps", std::ssize(layout.baseline_times));
    write_texts(file, "score_id", layout.names);
    write_texts(file, "score_trait", layout.traits);
    write_texts(file, "score_reported_trait", layout.reported_traits);
    write_numbers(file, "score_outcome", std::span{layout.outcomes});
    write_texts(file, "score_method", layout.methods);
    write_numbers(file, "score_variants", std::span{layout.variants});
    write_numbers(file, "score_training_samples", std::span{layout.training_samples});
    write_numbers(file, "score_training_cases", std::span{layout.training_cases});
    write_numbers(file, "score_iterations", std::span{layout.iterations});
    write_numbers(file, "score_flags", std::span{layout.flags});
    for (std::size_t i = 0; i < number_names.size(); ++i) {
        write_numbers(file, number_names[i], std::span{layout.numbers[i]});
    }
    write_numbers(file, "recalibration_samples", std::span{layout.recalibration_samples});
    write_numbers(file, "covariate_score", std::span{layout.covariate_scores});
    write_texts(file, "covariate_id", layout.covariate_names);
    write_numbers(file, "covariate_coefficient", std::span{layout.covariate_coefficients});
    write_numbers(file, "baseline_score", std::span{layout.baseline_scores});
    write_numbers(file, "baseline_time", std::span{layout.baseline_times});
    write_numbers(file, "baseline_hazard", std::span{layout.baseline_hazards});
}

DescriptionLayout read_descriptions(hdf5::File const& file) {
    auto const scores = file.read_integer("scores");
    auto const covariates = file.read_integer("covariates");
    auto const steps = file.read_integer("baseline_steps");
    DescriptionLayout layout;
    layout.names = read_texts(file, "score_id", scores);
    layout.traits = read_texts(file, "score_trait", scores);
    layout.reported_traits = read_texts(file, "score_reported_trait", scores);
    layout.outcomes = read_numbers<std::uint8_t>(file, "score_outcome", scores);
    layout.methods = read_texts(file, "score_method", scores);
    layout.variants = read_numbers<std::int64_t>(file, "score_variants", scores);
    layout.training_samples = read_numbers<std::int64_t>(file, "score_training_samples", scores);
    layout.training_cases = read_numbers<std::int64_t>(file, "score_training_cases", scores);
    layout.iterations = read_numbers<std::int64_t>(file, "score_iterations", scores);
    layout.flags = read_numbers<std::uint8_t>(file, "score_flags", scores);
    for (auto const* name : number_names) {
        layout.numbers.push_back(read_numbers<double>(file, name, scores));
    }
    layout.recalibration_samples =
        read_numbers<std::int64_t>(file, "recalibration_samples", scores);
    layout.covariate_scores = read_numbers<std::int32_t>(file, "covariate_score", covariates);
    layout.covariate_names = read_texts(file, "covariate_id", covariates);
    layout.covariate_coefficients = read_numbers<double>(file, "covariate_coefficient", covariates);
    layout.baseline_scores = read_numbers<std::int32_t>(file, "baseline_score", steps);
    layout.baseline_times = read_numbers<double>(file, "baseline_time", steps);
    layout.baseline_hazards = read_numbers<double>(file, "baseline_hazard", steps);
    return layout;
}

std::vector<ScoreDescription> read_scores(hdf5::File const& file, DescriptionLayout const& layout) {
    std::vector<ScoreDescription> scores(layout.names.size());
    for (std::size_t s = 0; s < scores.size(); ++s) {
        auto& score = scores[s];
        if (layout.outcomes[s] > static_cast<std::uint8_t>(Outcome::time_to_event) ||
            layout.flags[s] > (converged_flag | recalibrated_flag)) {
            hdf5::reject(file.origin(), "an outcome or flag of a score is unknown");
        }
        score.name = layout.names[s];
        score.trait = layout.traits[s];
        score.reported_trait = layout.reported_traits[s];
        score.outcome = static_cast<Outcome>(layout.outcomes[s]);
        score.method = layout.methods[s];
        score.training_samples = layout.training_samples[s];
        score.training_cases = layout.training_cases[s];
        score.iterations = layout.iterations[s];
        score.has_converged = (layout.flags[s] & converged_flag) != 0;
        Recalibration recalibration;
        recalibration.samples = layout.recalibration_samples[s];
        auto const numbers = numbers_of(score, recalibration);
        for (std::size_t i = 0; i < numbers.size(); ++i) *numbers[i] = layout.numbers[i][s];
        if ((layout.flags[s] & recalibrated_flag) != 0) score.recalibration = recalibration;
    }
    for (std::size_t row = 0; row < layout.covariate_names.size(); ++row) {
        auto& covariates = owner(file, layout.covariate_scores, row, scores).covariates;
        covariates.names.push_back(layout.covariate_names[row]);
        covariates.coefficients.push_back(layout.covariate_coefficients[row]);
    }
    for (std::size_t row = 0; row < layout.baseline_times.size(); ++row) {
        auto& baseline = owner(file, layout.baseline_scores, row, scores).baseline;
        baseline.times.push_back(layout.baseline_times[row]);
        baseline.cumulative.push_back(layout.baseline_hazards[row]);
    }
    return scores;
}

}  // namespace maniple
