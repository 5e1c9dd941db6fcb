#include "telling_levels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace maniple {
namespace {

struct LevelCounts {
    std::int64_t people = 0;
    std::int64_t events = 0;

    bool tells(Telling telling) const {
        if (people == 0) return false;
        return events == 0 || (telling == Telling::cases_or_controls && events == people);
    }
};

}  // namespace

TellingLevels::TellingLevels(std::span<Column const> covariates) {
    for (auto const& column : covariates) {
        if (column.type == ColumnType::quantitative) continue;
        Levels levels{.covariate = column.name,
                      .count = std::max<std::size_t>(2, column.levels.size())};
        for (double value : column.values) {
            levels.level.push_back(std::isnan(value) ? -1 : static_cast<std::int32_t>(value));
        }
        covariates_.push_back(std::move(levels));
    }
}

std::vector<ToldPeople> TellingLevels::leave_out(SampleMask const& base,
                                                 std::span<double const> status, Telling telling,
                                                 std::span<double> values) const {
    std::vector<SampleIndex> left;
    base.for_each([&](SampleIndex s) {
        if (!std::isnan(values[s.at()])) left.push_back(s);
    });
    std::vector<SampleIndex> told;
    std::vector<ToldPeople> found;
    for (std::size_t quiet = 0, c = 0; quiet < covariates_.size(); ++quiet, ++c) {
        auto const& covariate = covariates_[c % covariates_.size()];
        std::vector<LevelCounts> counts(covariate.count);
        auto const of = [&](SampleIndex s) -> LevelCounts& {
            return counts[static_cast<std::size_t>(covariate.level[s.at()])];
        };
        for (auto s : left) {
            ++of(s).people;
            if (status[s.at()] == 1) ++of(s).events;
        }
        auto const is_told = [&](SampleIndex s) { return of(s).tells(telling); };
        auto const first =
            std::ranges::stable_partition(left, [&](SampleIndex s) { return !is_told(s); });
        if (first.empty()) continue;
        auto const known = std::ranges::find(found, covariate.covariate, &ToldPeople::covariate);
        if (known == found.end()) {
            found.push_back({covariate.covariate, std::ssize(first)});
        } else {
            known->count += std::ssize(first);
        }
        told.insert(told.end(), first.begin(), first.end());
        left.erase(first.begin(), first.end());
        quiet = static_cast<std::size_t>(-1);  // Once more through all.
    }
    if (left.empty()) return {};
    for (auto s : told) values[s.at()] = std::numeric_limits<double>::quiet_NaN();
    return found;
}

}  // namespace maniple
