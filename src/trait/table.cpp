#include "maniple/trait/table.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace maniple {

std::string_view to_string(ColumnType type) {
    switch (type) {
        case ColumnType::quantitative:
            return "quantitative";
        case ColumnType::binary:
            return "binary";
        case ColumnType::categorical:
            return "categorical";
    }
    return "unknown";
}

std::int64_t Column::observed() const {
    return std::ranges::count_if(values, [](double value) { return !std::isnan(value); });
}

}  // namespace maniple
