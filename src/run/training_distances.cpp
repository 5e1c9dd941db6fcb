#include "training_distances.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/small_count.hpp"
#include "maniple/model/mahalanobis.hpp"
#include "round_cells.hpp"

namespace maniple {
namespace {

constexpr std::size_t least_per_column = 10;

std::vector<double> values_of(DistanceColumns const& columns, std::size_t sample) {
    std::vector<double> values;
    for (auto const& column : columns.values) values.push_back(column[sample]);
    return values;
}

bool is_complete(std::vector<double> const& values) {
    return std::ranges::none_of(values, [](double x) { return std::isnan(x); });
}

// Columns of those who trained and have all of them.
std::vector<std::vector<double>> select_trained(DistanceColumns const& columns,
                                                std::vector<bool> const& trained) {
    std::vector<std::vector<double>> chosen(columns.values.size());
    for (std::size_t s = 0; s < trained.size(); ++s) {
        if (!trained[s]) continue;
        auto const values = values_of(columns, s);
        if (!is_complete(values)) continue;
        for (std::size_t c = 0; c < values.size(); ++c) chosen[c].push_back(values[c]);
    }
    return chosen;
}

}  // namespace

DistanceColumns load_distance_columns(std::vector<std::string> const& asked,
                                      StoreTables const& tables, Cohort const& cohort) {
    DistanceColumns columns;
    for (auto const& reference : choose_covariates(list_columns(tables), asked)) {
        if (reference.column.type == ColumnType::categorical) {
            throw UserError{fmt::format(
                "--pc '{}' is categorical (distances are of numbers); name principal components",
                reference.label)};
        }
        columns.names.push_back(reference.label);
        columns.values.push_back(load_column(tables, reference, cohort.samples().size()).values);
    }
    return columns;
}

double percentile_among(std::span<double const> ascending, double value) {
    expect(!ascending.empty(), "there are others");

    auto const equal = std::ranges::equal_range(ascending, value);
    auto const below = static_cast<double>(equal.begin() - ascending.begin());
    auto const half = static_cast<double>(std::ranges::ssize(equal)) / 2;
    return 100 * (below + half) / static_cast<double>(ascending.size());
}

std::vector<TrainingDistance> find_training_distances(DistanceColumns const& columns,
                                                      std::vector<bool> const& trained,
                                                      std::span<SampleIndex const> people) {
    auto const chosen = select_trained(columns, trained);
    auto const many = chosen.front().size();
    SquaredDistance const distance{{chosen.begin(), chosen.end()}};
    bool const is_sure = many >= least_per_column * chosen.size() && distance.is_defined();
    std::vector<double> theirs;
    for (std::size_t s = 0; is_sure && s < trained.size(); ++s) {
        auto const values = values_of(columns, s);
        if (trained[s] && is_complete(values)) theirs.push_back(distance.of(values));
    }
    std::ranges::sort(theirs);
    std::vector<TrainingDistance> found;
    for (auto person : people) {
        TrainingDistance one{.columns = columns.names,
                             .training_samples = static_cast<std::int64_t>(many)};
        auto const values = values_of(columns, person.at());
        if (!is_sure) {
            one.unknown = fmt::format(
                "{} of the samples that the model was trained on are known in this store with all "
                "of these columns{}",
                describe_count(one.training_samples),
                many < least_per_column * chosen.size()
                    ? fmt::format(" (at least {} are needed)", least_per_column * chosen.size())
                    : ", and one column follows from the others");
        } else if (!is_complete(values)) {
            one.unknown = "one of these columns is missing for this person";
        } else {
            one.squared = distance.of(values);
            one.percentile = percentile_among(theirs, one.squared);
        }
        found.push_back(std::move(one));
    }
    return found;
}

PopulationPlaces::PopulationPlaces(std::vector<double> const& scores) {
    for (auto score : scores) {
        if (!std::isnan(score)) ascending_.push_back(score);
    }
    std::ranges::sort(ascending_);
    everybody_.people = std::ssize(ascending_);
    if (!ascending_.empty()) everybody_.histogram = make_cells(ascending_, fewest_told);
}

PopulationPlace PopulationPlaces::of(double score) const {
    auto place = everybody_;
    auto const others = ascending_.size() - 1;
    if (others == 0) return place;
    // Less the person, who is one of those with this score.
    auto const all = percentile_among(ascending_, score) / 100 * static_cast<double>(others + 1);
    place.percentile = 100 * (all - 0.5) / static_cast<double>(others);
    place.has_equals = std::ranges::ssize(std::ranges::equal_range(ascending_, score)) > 1;
    return place;
}

}  // namespace maniple
