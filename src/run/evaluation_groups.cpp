#include "evaluation_groups.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/crossed_groups.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/small_cells.hpp"
#include "maniple/stats/bootstrap.hpp"
#include "maniple/stats/spread.hpp"

namespace maniple {
namespace {

// What is hidden of a group: all, or what depends on the horizon.
using Hidden = bool EvaluatedGroup::*;

// A class of each of the people, none of which may be seen to hold few.
using Classes = std::vector<std::int32_t>;

Classes classes_of_cases(EvaluatedPeople const& people) {
    Classes classes(people.is_case.begin(), people.is_case.end());
    classes.resize(people.score.size());
    return classes;
}

// Never, by the horizon, later.
Classes classes_by_horizon(EvaluatedPeople const& people) {
    auto classes = classes_of_cases(people);
    for (std::size_t p = 0; p < classes.size(); ++p) {
        if (classes[p] != 0 && people.values[p] > people.horizon) classes[p] = 2;
    }
    return classes;
}

// All people of a group, and those of each class.
std::vector<std::int64_t> count_classes(EvaluatedGroup const& group, Classes const& classes) {
    constexpr std::size_t most_classes = 3;
    std::vector<std::int64_t> counts(1 + most_classes);
    counts[0] = group.samples();
    for (auto place : group.places) ++counts[1 + static_cast<std::size_t>(classes[place])];
    return counts;
}

// Of a factor's groups those that are small, and what gives them away within the factor.
void suppress(std::span<EvaluatedGroup> groups, Classes const& classes, std::int64_t limit,
              Hidden hidden) {
    std::vector<std::vector<std::int64_t>> counts;
    std::vector<bool> before;
    for (auto const& group : groups) {
        counts.push_back(count_classes(group, classes));
        before.push_back(group.*hidden);
    }
    auto const suppressed = suppress_small(counts, limit, before);
    for (std::size_t g = 0; g < groups.size(); ++g) groups[g].*hidden = suppressed[g];
}

// Those of a factor whose people, or hidden people, are in a cell that groups of two factors tell.
bool shares_cell(EvaluatedGroup const& group, GroupsOfPeople const& other, std::int32_t level) {
    return std::ranges::any_of(group.places,
                               [&](std::size_t place) { return other[place] == level; });
}

// Of [first, last), the smallest told group of `chosen` people. Null: there is none.
template <class Chosen>
EvaluatedGroup* find_smallest(std::span<EvaluatedGroup> groups, Hidden hidden,
                              Chosen const& chosen) {
    EvaluatedGroup* smallest = nullptr;
    for (auto& group : groups) {
        if (group.*hidden || group.places.empty() || !chosen(group)) continue;
        if (smallest == nullptr || group.samples() < smallest->samples()) smallest = &group;
    }
    return smallest;
}

// Groups of the later factor are suppressed, until sums of groups of both tell of nobody.
void suppress_between(std::span<EvaluatedGroup> earlier, std::span<EvaluatedGroup> later,
                      Classes const& classes, std::int64_t limit, Hidden hidden) {
    auto const first = number_groups(earlier, classes.size(), hidden);
    while (true) {
        auto const second = number_groups(later, classes.size(), hidden);
        auto const few = find_few_between(first, second, classes, limit);
        if (!few) return;
        auto* group = find_smallest(later, hidden, [&](EvaluatedGroup const& candidate) {
            return shares_cell(candidate, first, few->first);
        });
        if (group == nullptr) {
            group = find_smallest(later, hidden, [](EvaluatedGroup const&) { return true; });
        }
        // With all of them suppressed there is one set of people, which is everybody.
        expect(group != nullptr, "everybody tells of nobody");
        group->*hidden = true;
    }
}

// Of the factor that begins at `first`, the last one so far.
void suppress_factor(std::vector<EvaluatedGroup>& groups, std::size_t first, std::size_t last,
                     Classes const& classes, std::int64_t limit, Hidden hidden) {
    auto const later = std::span{groups}.subspan(first, last - first);
    suppress(later, classes, limit, hidden);
    for (auto const& range : factor_ranges(groups)) {
        if (range.is_everybody() || range.first >= first) continue;
        auto const earlier = std::span{groups}.subspan(range.first, range.last - range.first);
        suppress_between(earlier, later, classes, limit, hidden);
    }
}

void hide_horizon(std::vector<EvaluatedGroup>& groups, EvaluatedPeople const& people,
                  std::int64_t limit) {
    if (people.risk.empty()) return;
    auto const classes = classes_by_horizon(people);
    bool const hides_all =
        std::ranges::any_of(count_classes(groups.front(), classes),
                            [&](std::int64_t count) { return is_small(count, limit); });
    for (auto& group : groups) group.hides_horizon = hides_all || group.suppressed;
    if (hides_all) return;
    for (auto const& range : factor_ranges(groups)) {
        if (range.is_everybody()) continue;
        suppress_factor(groups, range.first, range.last, classes, limit,
                        &EvaluatedGroup::hides_horizon);
    }
}

// Who they are, not where they stand: a group's numbers do not change with the other groups.
std::uint64_t stratum_of(EvaluatedGroup const& group) {
    Checksum sum;
    sum.add(group.factor);
    sum.add(group.name);
    return sum.value();
}

bool has_replicates(EvaluatedGroup const& group) {
    return group.metrics && std::ranges::any_of(group.values, [](MetricValue const& value) {
               return value.interval == IntervalKind::bootstrap;
           });
}

std::int64_t bootstrapped(EvaluatedGroup const& group) {
    return std::ranges::count(group.values, IntervalKind::bootstrap, &MetricValue::interval);
}

void replicate(EvaluatedGroup const& group, std::int64_t number, std::uint64_t seed,
               std::span<double> result) {
    std::vector<std::uint32_t> times(group.places.size());
    draw_resample(seed, static_cast<std::uint64_t>(number), stratum_of(group), times);
    std::ranges::copy(group.metrics->resample(times), result.begin());
}

void summarize(EvaluatedGroup& group) {
    for (std::size_t v = 0; v < group.values.size(); ++v) {
        auto& value = group.values[v];
        if (value.interval != IntervalKind::bootstrap) continue;
        auto const summary = summarize_replicates(group.replicates[v]);
        value.lower = summary.lower;
        value.upper = summary.upper;
        value.standard_error = summary.standard_error;
    }
}

}  // namespace

std::int64_t EvaluatedGroup::cases() const { return metrics ? metrics->people().cases() : 0; }

bool EvaluatedGroup::hides(Metric metric) const {
    return hides_horizon && (metric == Metric::brier || metric == Metric::brier_skill);
}

double standard_deviation(std::span<double const> values) {
    auto const count = static_cast<double>(values.size());
    return spread_of(values).standard_deviation * std::sqrt(count / (count - 1));
}

double within_standard_deviation(std::span<std::span<double const> const> groups) {
    double squares = 0;
    std::int64_t people = 0;
    for (auto const& values : groups) {
        auto const own = spread_of(values).standard_deviation;
        squares += own * own * static_cast<double>(values.size());
        people += std::ssize(values);
    }
    expect(people > std::ssize(groups), "there are more people than groups");
    return std::sqrt(squares / static_cast<double>(people - std::ssize(groups)));
}

std::vector<std::int64_t> count_people(EvaluatedPeople const& people,
                                       std::vector<std::size_t> const& places) {
    auto const all = std::ssize(places);
    if (people.is_case.empty()) return {all};
    auto const cases =
        std::ranges::count_if(places, [&](std::size_t p) { return people.is_case[p] != 0; });
    return {all, cases, all - cases};
}

std::vector<GroupRange> factor_ranges(std::vector<EvaluatedGroup> const& groups) {
    std::vector<GroupRange> ranges;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        if (ranges.empty() || groups[g].factor != groups[g - 1].factor) ranges.push_back({g, g});
        ranges.back().last = g + 1;
    }
    return ranges;
}

GroupsOfPeople number_groups(std::span<EvaluatedGroup const> groups, std::size_t people,
                             bool EvaluatedGroup::*hidden) {
    GroupsOfPeople numbers(people);
    std::int32_t next = 1;
    for (auto const& group : groups) {
        auto const number = group.*hidden ? 0 : next++;
        for (auto place : group.places) numbers[place] = number;
    }
    return numbers;
}

std::vector<EvaluatedGroup> make_groups(EvaluationData const& data,
                                        EvaluationRequest const& request) {
    auto const& people = data.people;
    std::vector<EvaluatedGroup> groups(1);
    groups[0].name = "all";
    for (std::size_t p = 0; p < people.score.size(); ++p) groups[0].places.push_back(p);
    for (auto const& factor : data.factors) {
        auto const first = groups.size();
        for (auto const& level : factor.levels) {
            groups.emplace_back();
            groups.back().factor = factor.name;
            groups.back().name = level;
        }
        for (std::size_t p = 0; p < factor.level.size(); ++p) {
            groups[first + static_cast<std::size_t>(factor.level[p])].places.push_back(p);
        }
        suppress_factor(groups, first, groups.size(), classes_of_cases(people),
                        request.least_people, &EvaluatedGroup::suppressed);
    }
    hide_horizon(groups, people, request.least_people);
    auto const score_sd = data.score_sd.value_or(standard_deviation(people.score));
    for (auto& group : groups) {
        if (group.suppressed || group.places.empty()) continue;
        group.metrics = std::make_unique<ScoreMetrics>(select_people(people, group.places),
                                                       score_sd, request.prevalence);
        group.values = group.metrics->estimate();
        group.replicates.resize(group.values.size());
    }
    return groups;
}

void bootstrap_groups(std::vector<EvaluatedGroup>& groups, EvaluationRequest const& request,
                      mpi::Communicator const& comm) {
    struct Task {
        EvaluatedGroup* group;
        std::int64_t number;
        std::size_t place;  // Of its numbers.
    };
    std::vector<std::vector<Task>> tasks(static_cast<std::size_t>(comm.size()));
    std::vector<std::size_t> sizes(tasks.size());
    std::size_t turn = 0;
    for (auto& group : groups) {
        if (!has_replicates(group)) continue;
        for (std::int64_t b = 0; b < request.replicates; ++b, turn = (turn + 1) % tasks.size()) {
            tasks[turn].push_back({&group, b, sizes[turn]});
            sizes[turn] += static_cast<std::size_t>(bootstrapped(group));
        }
    }
    auto const& mine = tasks[static_cast<std::size_t>(comm.rank())];
    std::vector<double> numbers(sizes[static_cast<std::size_t>(comm.rank())]);
    FirstFailure failure;
#pragma omp parallel for schedule(dynamic, 1) num_threads(request.threads) default(shared)
    for (std::int64_t t = 0; t < std::ssize(mine); ++t) {
        failure.guard([&] {
            auto const& task = mine[static_cast<std::size_t>(t)];
            replicate(*task.group, task.number, request.seed,
                      std::span{numbers}.subspan(
                          task.place, static_cast<std::size_t>(bootstrapped(*task.group))));
        });
    }
    agree(comm, failure.get());
    auto const all = comm.gather(std::as_bytes(std::span{numbers}));
    if (!comm.is_root()) return;
    for (std::size_t rank = 0; rank < tasks.size(); ++rank) {
        std::vector<double> theirs(all[rank].size() / sizeof(double));
        if (!theirs.empty()) std::memcpy(theirs.data(), all[rank].data(), all[rank].size());
        for (auto const& task : tasks[rank]) {
            auto place = task.place;
            for (std::size_t v = 0; v < task.group->values.size(); ++v) {
                if (task.group->values[v].interval != IntervalKind::bootstrap) continue;
                auto& replicates = task.group->replicates[v];
                replicates.resize(static_cast<std::size_t>(request.replicates));
                replicates[static_cast<std::size_t>(task.number)] = theirs[place++];
            }
        }
    }
    for (auto& group : groups) {
        if (has_replicates(group)) summarize(group);
    }
}

}  // namespace maniple
