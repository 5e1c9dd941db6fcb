#include "../src/run/evaluation_groups.hpp"

#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/run/evaluation_rows.hpp"

namespace maniple {
namespace {

constexpr double horizon = 10;

// People of one group by when they have the event.
struct GroupCounts {
    std::string name;
    int before = 0;  ///< The horizon.
    int at = 0;      ///< It.
    int after = 0;
    int never = 0;
};

EvaluationData data_of(std::vector<GroupCounts> const& groups) {
    EvaluationData data;
    data.factors = {{.name = "site", .levels = {}, .level = {}}};
    auto& people = data.people;
    people.outcome = Outcome::time_to_event;
    people.horizon = horizon;
    auto const add = [&](int count, double time, bool is_case) {
        for (int i = 0; i < count; ++i) {
            auto const number = static_cast<double>(people.score.size());
            people.values.push_back(time);
            people.is_case.push_back(is_case ? 1 : 0);
            people.score.push_back(static_cast<double>(static_cast<int>(number * 7) % 23));
            people.prediction.push_back(0.01 * people.score.back());
            people.risk.push_back(0.1 + 0.02 * people.score.back());
            data.factors[0].level.push_back(
                static_cast<std::int32_t>(data.factors[0].levels.size()));
        }
    };
    for (auto const& group : groups) {
        add(group.before, 4, true);
        add(group.at, horizon, true);
        add(group.after, 15, true);
        add(group.never, 20, false);
        data.factors[0].levels.push_back(group.name);
    }
    return data;
}

// By name: is what depends on the horizon hidden?
std::map<std::string, bool> hidden_horizons(EvaluationData const& data) {
    std::map<std::string, bool> hidden;
    for (auto const& group : make_groups(data, {})) {
        CHECK(group.hides(Metric::brier) == group.hides_horizon);
        CHECK(group.hides(Metric::brier_skill) == group.hides_horizon);
        CHECK_FALSE(group.hides(Metric::c_index));
        CHECK_FALSE(group.hides(Metric::calibration_slope));
        hidden[group.name] = group.hides_horizon;
    }
    return hidden;
}

using Hidden = std::map<std::string, bool>;

TEST_CASE("make_groups: many events by the horizon and after it hide nothing", "[run]") {
    auto data = data_of({{"A", 20, 0, 20, 40}, {"B", 0, 6, 5, 30}});
    CHECK(hidden_horizons(data) == Hidden{{"all", false}, {"A", false}, {"B", false}});
    data.people.risk.clear();  // Nothing depends on a horizon.
    data.people.values[0] = 12;
    CHECK(hidden_horizons(data) == Hidden{{"all", false}, {"A", false}, {"B", false}});
}

TEST_CASE("make_groups: an event at the horizon is one by it", "[run]") {
    CHECK(hidden_horizons(data_of({{"A", 4, 1, 9, 40}, {"B", 8, 0, 9, 40}})) ==
          Hidden{{"all", false}, {"A", false}, {"B", false}});
    CHECK(hidden_horizons(data_of({{"A", 4, 0, 10, 40}, {"B", 8, 0, 9, 40}})) ==
          Hidden{{"all", false}, {"A", true}, {"B", true}});
}

TEST_CASE("make_groups: few events by the horizon, or after it, of everybody hide it in all groups",
          "[run]") {
    Hidden const all{{"all", true}, {"A", true}, {"B", true}};
    CHECK(hidden_horizons(data_of({{"A", 3, 0, 20, 40}, {"B", 0, 0, 20, 40}})) == all);
    auto data = data_of({{"A", 20, 0, 3, 40}, {"B", 20, 0, 0, 40}});
    CHECK(hidden_horizons(data) == all);
    data.factors.push_back({.name = "region", .levels = {"X", "Y"}, .level = {}});
    for (std::int32_t p = 0; p < data.people.size(); ++p) {
        data.factors[1].level.push_back(p % 2);
    }
    CHECK(hidden_horizons(data) ==
          Hidden{{"all", true}, {"A", true}, {"B", true}, {"X", true}, {"Y", true}});
}

TEST_CASE("make_groups: the groups of few hide the horizon, and one that they follow from",
          "[run]") {
    // Of three, the smaller of the others has to hide it too; no group is suppressed.
    auto const data = data_of({{"A", 20, 0, 20, 90}, {"B", 20, 0, 20, 40}, {"C", 2, 0, 20, 60}});
    CHECK(hidden_horizons(data) == Hidden{{"all", false}, {"A", false}, {"B", true}, {"C", true}});
    for (auto const& group : make_groups(data, {})) CHECK_FALSE(group.suppressed);
}

TEST_CASE("make_groups: groups that are suppressed hide the horizon as well", "[run]") {
    // Few are in C; B goes with it. Nobody is few by the horizon.
    auto const data = data_of({{"A", 20, 0, 20, 90}, {"B", 20, 0, 20, 40}, {"C", 0, 0, 0, 3}});
    for (auto const& group : make_groups(data, {})) {
        CHECK(group.suppressed == (group.name == "B" || group.name == "C"));
        CHECK(group.hides_horizon == group.suppressed);
    }
}

TEST_CASE("evaluate_people: no gap to a group that hides the horizon, and no test with it",
          "[run]") {
    auto data = data_of(
        {{"A", 20, 0, 20, 90}, {"B", 20, 0, 20, 40}, {"C", 2, 0, 20, 60}, {"D", 20, 0, 20, 90}});
    data.factors[0].reference = 1;  // B hides it with C.
    EvaluationRequest request;
    request.horizon = horizon;
    request.replicates = 20;
    std::map<std::string, std::string> estimates, gaps;
    std::int64_t degrees_of_freedom = -1;
    for (auto const& row : evaluate_people(data, request, mpi::Communicator::alone()).rows) {
        if (row.kind == RowKind::heterogeneity && row.metric.starts_with("brier_het")) {
            degrees_of_freedom = row.degrees_of_freedom;
        }
        if (row.metric != "brier" || row.factor.empty()) continue;
        if (row.kind == RowKind::estimate) estimates[row.group] = row.status;
        if (row.kind == RowKind::gap) gaps[row.group] = row.status;
    }
    using Statuses = std::map<std::string, std::string>;
    CHECK(estimates ==
          Statuses{{"A", "ok"}, {"B", "suppressed"}, {"C", "suppressed"}, {"D", "ok"}});
    CHECK(gaps == Statuses{{"A", "suppressed"}, {"C", "suppressed"}, {"D", "suppressed"}});
    CHECK(degrees_of_freedom == 1);  // Of A and D.
}

double within(std::vector<std::vector<double>> const& groups) {
    std::vector<std::span<double const>> views{groups.begin(), groups.end()};
    return within_standard_deviation(views);
}

// sqrt of the sum over groups of (x - their mean)^2, by people less groups.
double brute_force(std::vector<std::vector<double>> const& groups) {
    double squares = 0;
    double people = 0;
    for (auto const& group : groups) {
        double mean = 0;
        for (auto x : group) mean += x / static_cast<double>(group.size());
        for (auto x : group) squares += (x - mean) * (x - mean);
        people += static_cast<double>(group.size()) - 1;
    }
    return std::sqrt(squares / people);
}

TEST_CASE("within_standard_deviation: numbers added to a group change nothing", "[run]") {
    std::vector<std::vector<double>> groups{{1, 4, 2, 2.5}, {0.5, -1, 3}, {7, 7.5}};
    auto const right = brute_force(groups);
    CHECK(within(groups) == Approx(right).epsilon(1e-14));
    for (auto& x : groups[1]) x += 1024;
    CHECK(within(groups) == Approx(right).epsilon(1e-12));
    for (auto& x : groups[0]) x -= 4096;
    CHECK(within(groups) == Approx(right).epsilon(1e-12));
}

TEST_CASE("within_standard_deviation: of one group that of a sample", "[run]") {
    std::vector<double> const values{1, 4, 2, 2.5};
    CHECK(within({values}) == Approx(standard_deviation(values)).epsilon(1e-14));
}

TEST_CASE("within_standard_deviation: one person per group has no spread to tell", "[run]") {
    CHECK_THROWS_AS(within({{1}, {2}}), ContractViolation);
}

}  // namespace
}  // namespace maniple
