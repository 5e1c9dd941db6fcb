/// \file  What groups of two divisions of the same people tell together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace maniple {

/// A cell of the cross table: those who are in both groups.
struct CrossedCell {
    std::int32_t first = 0;   ///< Group of the first division.
    std::int32_t second = 0;  ///< Of the second.
};

/// Groups of one division may lie within groups of another: everybody of the larger ones less those
/// of the smaller ones are known then, although no group is theirs. With two divisions all that
/// sums and differences of groups tell of some people are sums of such differences. Of a class, a
/// group without it lies within every other, as everybody knows who is told that it has none.
/// \param first, second  group of each person, numbered from 0.
/// \param classes        of each person; counts of each class are told of each group.
/// \return  a cell with few people of a class, among at most `limit` - 1 that are known so (or
///          as a group that is small by itself); nothing where there are none. The same for equal
///          arguments.
/// \pre  one value per person in each, none negative; limit >= 1
std::optional<CrossedCell> find_few_between(std::span<std::int32_t const> first,
                                            std::span<std::int32_t const> second,
                                            std::span<std::int32_t const> classes,
                                            std::int64_t limit);

}  // namespace maniple
