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
    if (trait.event) {
        if (choice == ModelChoice::by_type) return TraitModel::cox;
        throw UserError{fmt::format(
            "trait '{}' is a time to an event (--model {} is of {} traits); use --model auto, or "
            "leave it out",
            trait.label, to_string(choice),
            choice == ModelChoice::logistic ? "binary" : "quantitative and binary")};
    }
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

void require_predictable(ColumnReference const& trait) {
    if (!trait.event) return;
    throw UserError{fmt::format(
        "trait '{}' is a time to an event (whole-genome regression makes no predictions of log "
        "hazards); leave it out, or test it in a scan without --predictors and --whole-genome",
        trait.label)};
}

}  // namespace maniple
