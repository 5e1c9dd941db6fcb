#include "maniple/trait/covariates.hpp"

#include <cmath>

#include <fmt/format.h>

namespace maniple {
namespace {

Covariate level_indicator(Column const& column, std::size_t level) {
    Covariate indicator{.name = fmt::format("{}={}", column.name, column.levels[level]),
                        .values = column.values};
    for (double& value : indicator.values) {
        if (!std::isnan(value)) value = value == static_cast<double>(level) ? 1 : 0;
    }
    return indicator;
}

}  // namespace

std::vector<Covariate> expand_covariates(std::span<Column const> columns) {
    std::vector<Covariate> covariates;
    for (auto const& column : columns) {
        if (column.type != ColumnType::categorical) {
            covariates.push_back({.name = column.name, .values = column.values});
            continue;
        }
        // A column of one level still says who is missing: its indicator is constant and will be
        // left out as collinear with the intercept.
        std::size_t const first = column.levels.size() > 1 ? 1 : 0;
        for (std::size_t level = first; level < column.levels.size(); ++level) {
            covariates.push_back(level_indicator(column, level));
        }
    }
    return covariates;
}

}  // namespace maniple
