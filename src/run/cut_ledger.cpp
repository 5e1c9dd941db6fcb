#include "maniple/run/cut_ledger.hpp"

#include <algorithm>
#include <iterator>

#include "maniple/core/contract.hpp"
#include "maniple/run/small_cells.hpp"

namespace maniple {

CutLedger::CutLedger(std::span<std::uint8_t const> classes, std::int64_t limit) : limit_{limit} {
    expect(limit >= 1, "a limit is a number of people");

    auto const many = classes.empty() ? 0 : *std::ranges::max_element(classes) + 1;
    below_.assign(static_cast<std::size_t>(many), {0});
    for (auto own : classes) {
        for (std::size_t c = 0; c < below_.size(); ++c) {
            below_[c].push_back(below_[c].back() + (c == own ? 1 : 0));
        }
    }
    told_ = {0, std::ssize(classes)};
}

// Sums of counts that are large or none are so, too: neighbours and classes are enough.
bool CutLedger::is_safe(std::set<std::int64_t> const& cuts) const {
    for (auto cut = std::next(cuts.begin()); cut != cuts.end(); ++cut) {
        auto const first = static_cast<std::size_t>(*std::prev(cut));
        auto const last = static_cast<std::size_t>(*cut);
        for (auto const& below : below_) {
            if (is_small(below[last] - below[first], limit_)) return false;
        }
    }
    return true;
}

bool CutLedger::allows(std::span<std::int64_t const> cuts) const {
    for (auto cut : cuts) expect(cut >= 0 && cut <= *told_.rbegin(), "a cut is among the people");

    auto all = told_;
    all.insert(cuts.begin(), cuts.end());
    return is_safe(all);
}

bool CutLedger::knows(std::span<std::int64_t const> cuts) const {
    return std::ranges::all_of(cuts, [&](std::int64_t cut) { return told_.contains(cut); });
}

void CutLedger::tell(std::span<std::int64_t const> cuts) {
    expect(allows(cuts), "cuts that may be told");

    told_.insert(cuts.begin(), cuts.end());
}

}  // namespace maniple
