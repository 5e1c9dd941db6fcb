#include "maniple/run/model_choice.hpp"

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {

char const* to_string(ModelChoice choice) {
    switch (choice) {
        case ModelChoice::by_type:
            return "auto";
        case ModelChoice::logistic:
            return "logistic";
        case ModelChoice::linear:
            break;
    }
    return "linear";
}

TraitModel choose_model(ModelChoice choice, ColumnReference const& trait) {
    bool const is_binary = trait.column.type == ColumnType::binary;
    switch (choice) {
        case ModelChoice::by_type:
            return is_binary ? TraitModel::logistic : TraitModel::linear;
        case ModelChoice::logistic:
            if (is_binary) return TraitModel::logistic;
            throw UserError{fmt::format(
                "trait '{}' is {} (logistic regression is of binary traits); use --model auto, or "
                "name binary traits",
                trait.label, to_string(trait.column.type))};
        case ModelChoice::linear:
            break;
    }
    return TraitModel::linear;
}

}  // namespace maniple
