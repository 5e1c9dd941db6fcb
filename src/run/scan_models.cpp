#include "maniple/run/scan_models.hpp"

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

template <class T>
MatrixView<T> rows_of(MatrixView<T> all, std::int64_t first, std::int64_t count) {
    return {all.data() + first * all.row_stride(), count, all.columns(), all.row_stride()};
}

LinearTests rows_of(LinearTests const& all, Range<Index<struct RowAxis>> traits,
                    Range<Index<struct RowAxis>> patterns) {
    auto const of_traits = [&](auto view) {
        return rows_of(view, traits.first.get(), traits.size());
    };
    auto const of_patterns = [&](auto view) {
        return rows_of(view, patterns.first.get(), patterns.size());
    };
    return {.beta = of_traits(all.beta),
            .standard_error = of_traits(all.standard_error),
            .neg_log10_p = of_traits(all.neg_log10_p),
            .status = of_traits(all.status),
            .alternate_frequency = of_patterns(all.alternate_frequency),
            .samples = of_patterns(all.samples)};
}

using RowIndex = Index<struct RowAxis>;

}  // namespace

UnitLayout::UnitLayout(LinearNull const& linear, BinaryNull const* binary,
                       std::span<TraitModel const> models)
    : linear_traits_{std::ssize(linear.traits())},
      linear_patterns_{std::ssize(linear.patterns())},
      patterns_{linear_patterns_ + (binary != nullptr ? std::ssize(binary->patterns()) : 0)},
      trait_of_row_(models.size(), TraitIndex{0}) {
    std::size_t next_linear = 0;
    std::size_t next_binary = 0;
    for (auto model : models) {
        Place place;
        if (model == TraitModel::linear) {
            expect(next_linear < linear.traits().size(), "the linear model has this trait");
            place = {.row = static_cast<std::int64_t>(next_linear),
                     .pattern = linear.traits()[next_linear].pattern.get()};
            ++next_linear;
        } else {
            expect(binary != nullptr && next_binary < binary->traits().size(),
                   "the logistic model has this trait");
            place = {.row = linear_traits_ + static_cast<std::int64_t>(next_binary),
                     .pattern = linear_patterns_ + binary->traits()[next_binary].pattern.get()};
            ++next_binary;
        }
        trait_of_row_[static_cast<std::size_t>(place.row)] = TraitIndex{std::ssize(places_)};
        places_.push_back(place);
    }
    expect(next_linear == linear.traits().size() &&
               next_binary == (binary != nullptr ? binary->traits().size() : 0),
           "the batch has every trait of its models");
}

LinearTests UnitLayout::of_linear(LinearTests const& all) const {
    return rows_of(all, {RowIndex{0}, RowIndex{linear_traits_}},
                   {RowIndex{0}, RowIndex{linear_patterns_}});
}

LinearTests UnitLayout::of_binary(LinearTests const& all) const {
    return rows_of(all, {RowIndex{linear_traits_}, RowIndex{traits()}},
                   {RowIndex{linear_patterns_}, RowIndex{patterns_}});
}

}  // namespace maniple
