#include "maniple/run/top_variants.hpp"

#include <algorithm>

namespace maniple {

void TopVariants::shrink() {
    if (std::ssize(kept_) <= most_) return;
    if (most_ > 0) {
        std::nth_element(kept_.begin(), kept_.begin() + most_ - 1, kept_.end());
        last_ = kept_[static_cast<std::size_t>(most_ - 1)];
        full_ = true;
    }
    kept_.resize(static_cast<std::size_t>(most_));
}

std::vector<RankedVariant> TopVariants::sorted() const {
    auto all = kept_;
    std::ranges::sort(all, [](RankedVariant const& a, RankedVariant const& b) { return a < b; });
    if (std::ssize(all) > most_) all.resize(static_cast<std::size_t>(most_));
    return all;
}

}  // namespace maniple
