/// \file  The variants with the largest values, whoever found them and in whatever order.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/core/index.hpp"

namespace maniple {

struct RankedVariant {
    double value = 0;
    std::int64_t variant = 0;  ///< A GlobalVariantIndex that messages can carry.

    /// Larger values first; of equal ones, the first variant.
    friend bool operator<(RankedVariant const& a, RankedVariant const& b) {
        return a.value != b.value ? a.value > b.value : a.variant < b.variant;
    }
    friend bool operator==(RankedVariant const&, RankedVariant const&) = default;
};

/// Keeps the first `most` in the order of RankedVariant: the same set in whatever order they come.
class TopVariants {
public:
    explicit TopVariants(std::int64_t most) : most_{most} {}

    void add(RankedVariant candidate) {
        if (full_ && !(candidate < last_)) return;
        kept_.push_back(candidate);
        if (std::ssize(kept_) >= 2 * most_) shrink();
    }
    void add(std::vector<RankedVariant> const& candidates) {
        for (auto const& candidate : candidates) add(candidate);
    }

    /// Those kept, in order.
    std::vector<RankedVariant> sorted() const;

private:
    void shrink();

    std::int64_t most_;
    bool full_ = false;  ///< `last_` is the least of `most_` that are kept.
    RankedVariant last_;
    std::vector<RankedVariant> kept_;
};

}  // namespace maniple
