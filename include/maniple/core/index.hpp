/// \file  Indices that cannot be mixed up: a sample is not a variant.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace maniple {

/// Zero-based position along one axis. `Axis` is a tag type and is never defined.
template <class Axis>
class Index {
public:
    constexpr explicit Index(std::int64_t position) : position_{position} {}
    constexpr std::int64_t get() const { return position_; }
    /// The position as a subscript of a standard container.
    constexpr std::size_t at() const { return static_cast<std::size_t>(position_); }
    constexpr Index& operator++() {
        ++position_;
        return *this;
    }
    friend constexpr Index operator+(Index index, std::int64_t steps) {
        return Index{index.position_ + steps};
    }
    friend constexpr std::int64_t operator-(Index a, Index b) { return a.position_ - b.position_; }
    friend constexpr auto operator<=>(Index, Index) = default;

private:
    std::int64_t position_;
};

using SampleIndex = Index<struct SampleAxis>;                ///< Position in the cohort's samples.
using LocalVariantIndex = Index<struct LocalVariantAxis>;    ///< Row of one block.
using GlobalVariantIndex = Index<struct GlobalVariantAxis>;  ///< Row of the variant table.
using BlockIndex = Index<struct BlockAxis>;                  ///< Block of a run, in variant order.
using TraitIndex = Index<struct TraitAxis>;                  ///< Trait of a run.
using PatternIndex = Index<struct PatternAxis>;              ///< Missingness pattern of a run.
using ScoreIndex = Index<struct ScoreAxis>;                  ///< Score of a model.
using ScoredVariantIndex = Index<struct ScoredVariantAxis>;  ///< Variant of a model.

/// Half-open interval of one kind of index: the unit of work.
template <class I>
struct Range {
    I first{0};
    I last{0};

    constexpr std::int64_t size() const { return last - first; }
    friend constexpr bool operator==(Range, Range) = default;
};

}  // namespace maniple
