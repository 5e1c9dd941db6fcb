#include "null_trait.hpp"

#include "linear_lanes.hpp"

namespace maniple {

void measure_trait(NullTrait& trait, MissingnessPattern const& pattern, Design const& design,
                   RowMoments const& sums) {
    auto const column = trait.column - design.first_column;
    trait.unit = design.units[static_cast<std::size_t>(column)];
    trait.squares = sums.square(column) * (trait.unit * trait.unit);
    trait.covariate_products.assign(1, sums.sum(column) * trait.unit);
    for (std::int64_t r = 0; r < design.covariates(); ++r) {
        trait.covariate_products.push_back(
            sums.product(r, column) * (design.units[static_cast<std::size_t>(r)] * trait.unit));
    }
    trait.solved = solve_with(pattern.factor, trait.covariate_products);
    double explained = 0;
    for (double value : trait.solved) explained += value * value;
    trait.residual_squares = trait.squares - explained;
}

}  // namespace maniple
