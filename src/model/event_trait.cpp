#include "event_trait.hpp"

#include <algorithm>
#include <utility>

#include "maniple/linalg/cholesky.hpp"
#include "tilted_lanes.hpp"

namespace maniple {
namespace {

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

// Covariates that weights leave less of a direction are collinear.
constexpr double least_pivot = 1e-10;

// The residual, then w Z: Z' = inverse(L) Q', column by column.
std::vector<std::vector<double>> make_columns(EventTrait const& trait, CovariateBasis const& made,
                                              EventTerms const& terms, std::int64_t samples) {
    std::vector<std::vector<double>> z;
    std::vector<std::vector<double>> columns;
    columns.push_back(scatter(terms.residuals, made.samples, samples));
    for (std::int64_t r = 0; r < trait.rank; ++r) {
        auto const q = made.basis.column(r);
        std::vector<double> column{q.begin(), q.end()};
        auto const* const row = trait.factor.data() + triangle_size(r);
        for (std::int64_t k = 0; k < r; ++k) {
            auto const& earlier = z[place(k)];
            for (std::size_t i = 0; i < column.size(); ++i) column[i] -= row[k] * earlier[i];
        }
        for (double& value : column) value /= row[r];
        z.push_back(column);
        for (std::size_t i = 0; i < column.size(); ++i) column[i] *= terms.weights[i];
        columns.push_back(scatter(column, made.samples, samples));
    }
    return columns;
}

}  // namespace

AlignedBuffer<double> spread(std::span<double const> some, std::span<SampleIndex const> samples,
                             std::int64_t all, double elsewhere) {
    AlignedBuffer<double> values{pad_samples(all)};
    std::ranges::fill(values.span(), elsewhere);
    for (std::size_t i = 0; i < samples.size(); ++i) values[samples[i].get()] = some[i];
    return values;
}

bool add_columns(CovariateBasis const& made, EventTerms terms, std::int64_t samples,
                 FittedEventTrait& fitted) {
    auto& trait = fitted.trait;
    trait.rank = made.basis.columns();
    trait.factor = std::move(terms.information);
    if (!(factorize(trait.factor, trait.rank) > least_pivot)) return false;
    for (double w : terms.weights) trait.weight_sum += w;
    fitted.columns = make_columns(trait, made, terms, samples);
    fitted.weights = scatter(terms.weights, made.samples, samples);
    return true;
}

void store_columns(FittedEventTrait& fitted, FixedPointMatrix& columns, FixedPointMatrix& weights) {
    auto& trait = fitted.trait;
    std::vector<std::span<double const>> const views{fitted.columns.begin(), fitted.columns.end()};
    columns.fit_columns(trait.first_column, views);
    trait.units.clear();
    for (std::int64_t c = 0; c < std::ssize(views); ++c) {
        trait.units.push_back(1 / columns.format(trait.first_column + c).scale);
    }
    std::span<double const> const view{fitted.weights};
    weights.fit_columns(trait.weight_column, {&view, 1});
    trait.weight_unit = 1 / weights.format(trait.weight_column).scale;
}

}  // namespace maniple
