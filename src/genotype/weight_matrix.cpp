#include "maniple/genotype/weight_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/core/narrow.hpp"

namespace maniple {

WeightMatrix::WeightMatrix(std::int64_t scores) : scores_{scores}, starts_{0} {
    expect(scores >= 0, "a model has no negative number of scores");
}

WeightMatrix::WeightMatrix(std::int64_t scores, std::vector<std::int64_t> starts,
                           std::vector<std::int32_t> members, std::vector<double> weights)
    : scores_{scores},
      starts_{std::move(starts)},
      members_{std::move(members)},
      weights_{std::move(weights)} {
    expect(is_valid(scores_, starts_, members_, weights_), "weights are compressed sparse rows");
}

bool WeightMatrix::is_valid(std::int64_t scores, std::span<std::int64_t const> starts,
                            std::span<std::int32_t const> members,
                            std::span<double const> weights) {
    if (scores < 0 || starts.empty() || starts.front() != 0 ||
        starts.back() != std::ssize(weights) || members.size() != weights.size() ||
        !std::ranges::is_sorted(starts)) {
        return false;
    }
    for (std::size_t v = 0; v + 1 < starts.size(); ++v) {
        std::int64_t previous = -1;
        for (auto i = static_cast<std::size_t>(starts[v]);
             i < static_cast<std::size_t>(starts[v + 1]); ++i) {
            if (members[i] <= previous || members[i] >= scores) return false;
            previous = members[i];
        }
    }
    return std::ranges::all_of(weights, [](double w) { return std::isfinite(w) && w != 0; });
}

void WeightMatrix::reserve(std::int64_t variants, std::int64_t nonzero) {
    expect(variants >= 0 && nonzero >= 0, "there are no fewer than none");

    starts_.reserve(static_cast<std::size_t>(variants) + 1);
    members_.reserve(static_cast<std::size_t>(nonzero));
    weights_.reserve(static_cast<std::size_t>(nonzero));
}

void WeightMatrix::append_variant(std::span<double const> weights) {
    expect(std::ssize(weights) == scores_, "every score has a weight");
    expect(std::ranges::all_of(weights, [](double w) { return std::isfinite(w); }),
           "weights are finite");

    for (std::size_t s = 0; s < weights.size(); ++s) {
        if (weights[s] == 0) continue;
        members_.push_back(narrow<std::int32_t>(s));
        weights_.push_back(weights[s]);
    }
    starts_.push_back(std::ssize(weights_));
}

WeightMatrix::Entries WeightMatrix::variant(ScoredVariantIndex variant) const {
    expect(variant.get() >= 0 && variant.get() < variants(), "variant is inside the matrix");

    auto const first = static_cast<std::size_t>(starts_[variant.at()]);
    auto const count = static_cast<std::size_t>(starts_[variant.at() + 1]) - first;
    return {.scores = std::span{members_}.subspan(first, count),
            .weights = std::span{weights_}.subspan(first, count)};
}

double WeightMatrix::at(ScoreIndex score, ScoredVariantIndex variant) const {
    expect(score.get() >= 0 && score.get() < scores_, "score is inside the matrix");

    auto const entries = this->variant(variant);
    auto const found = std::ranges::lower_bound(entries.scores, score.get());
    if (found == entries.scores.end() || *found != score.get()) return 0;
    return entries.weights[static_cast<std::size_t>(found - entries.scores.begin())];
}

std::vector<double> WeightMatrix::score(ScoreIndex score) const {
    std::vector<double> result;
    result.reserve(static_cast<std::size_t>(variants()));
    for (ScoredVariantIndex v{0}; v < ScoredVariantIndex{variants()}; ++v) {
        result.push_back(at(score, v));
    }
    return result;
}

std::vector<std::int64_t> WeightMatrix::count_variants() const {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(scores_));
    for (auto member : members_) ++counts[static_cast<std::size_t>(member)];
    return counts;
}

void WeightMatrix::copy_block(Range<ScoredVariantIndex> variants, MatrixView<double> block) const {
    expect(variants.first.get() >= 0 && variants.first <= variants.last &&
               variants.last.get() <= this->variants(),
           "variants are inside the matrix");
    expect(block.rows() == scores_ && block.columns() == variants.size(),
           "the block is scores x variants");

    for (std::int64_t s = 0; s < scores_; ++s) std::ranges::fill(block.row(s), 0.0);
    for (auto v = variants.first; v < variants.last; ++v) {
        auto const entries = variant(v);
        for (std::size_t i = 0; i < entries.scores.size(); ++i) {
            block(entries.scores[i], v - variants.first) = entries.weights[i];
        }
    }
}

}  // namespace maniple
