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

void suppress(std::vector<EvaluatedGroup>& groups, std::size_t first, EvaluatedPeople const& people,
              std::int64_t limit) {
    std::vector<std::vector<std::int64_t>> counts;
    for (auto g = first; g < groups.size(); ++g) {
        counts.push_back(count_people(people, groups[g].places));
    }
    auto const suppressed = suppress_small(counts, limit);
    for (std::size_t i = 0; i < suppressed.size(); ++i) {
        groups[first + i].suppressed = suppressed[i];
    }
}

// Those of a factor whose people, or hidden people, are in a cell that groups of two factors tell.
bool shares_cell(EvaluatedGroup const& group, GroupsOfPeople const& other, std::int32_t level) {
    return std::ranges::any_of(group.places,
                               [&](std::size_t place) { return other[place] == level; });
}

// Of [first, last), the smallest told group of `chosen` people. Null: there is none.
template <class Chosen>
EvaluatedGroup* find_smallest(std::span<EvaluatedGroup> groups, Chosen const& chosen) {
    EvaluatedGroup* smallest = nullptr;
    for (auto& group : groups) {
        if (group.suppressed || group.places.empty() || !chosen(group)) continue;
        if (smallest == nullptr || group.samples() < smallest->samples()) smallest = &group;
    }
    return smallest;
}

// Groups of the later factor are suppressed, until sums of groups of both tell of nobody.
void suppress_between(std::span<EvaluatedGroup> earlier, std::span<EvaluatedGroup> later,
                      EvaluatedPeople const& people, std::int64_t limit) {
    std::vector<std::int32_t> classes(people.is_case.begin(), people.is_case.end());
    classes.resize(people.score.size());
    auto const first = number_groups(earlier, people.score.size());
    while (true) {
        auto const second = number_groups(later, people.score.size());
        auto const few = find_few_between(first, second, classes, limit);
        if (!few) return;
        auto* group = find_smallest(later, [&](EvaluatedGroup const& candidate) {
            return shares_cell(candidate, first, few->first);
        });
        if (group == nullptr) {
            group = find_smallest(later, [](EvaluatedGroup const&) { return true; });
        }
        // With all of them suppressed there is one set of people, which is everybody.
        expect(group != nullptr, "everybody tells of nobody");
        group->suppressed = true;
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

double standard_deviation(std::span<double const> values) {
    auto const count = static_cast<double>(values.size());
    return spread_of(values).standard_deviation * std::sqrt(count / (count - 1));
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

GroupsOfPeople number_groups(std::span<EvaluatedGroup const> groups, std::size_t people) {
    GroupsOfPeople numbers(people);
    std::int32_t next = 1;
    for (auto const& group : groups) {
        auto const number = group.suppressed ? 0 : next++;
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
        suppress(groups, first, people, request.least_people);
        auto const later = std::span{groups}.subspan(first);
        for (auto const& range : factor_ranges(groups)) {
            if (range.is_everybody() || range.first == first) continue;
            auto const earlier = std::span{groups}.subspan(range.first, range.last - range.first);
            suppress_between(earlier, later, people, request.least_people);
        }
    }
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
