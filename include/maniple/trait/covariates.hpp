/// \file  Covariate columns as numbers: what a regression adjusts for.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/trait/table.hpp"

namespace maniple {

/// One numeric column of the model.
struct Covariate {
    std::string name;            ///< "age", or "site=B" for a level of a categorical column.
    std::vector<double> values;  ///< One per sample; NaN = missing.
};

/// Quantitative and binary columns as they are; a categorical column with k levels as k - 1
/// indicators, its first level being the reference. A sample whose level is missing is missing in
/// every indicator. No intercept: models add it.
std::vector<Covariate> expand_covariates(std::span<Column const> columns);

}  // namespace maniple
