#include "evaluation_incidence.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluation_tables.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/run/cut_ledger.hpp"
#include "maniple/stats/bootstrap.hpp"
#include "maniple/stats/kaplan_meier.hpp"
#include "maniple/stats/predictor_order.hpp"
#include "maniple/stats/round_grid.hpp"

namespace maniple {
namespace {

// About 25 round times until half of the people have left, and as close ones until few are there.
std::vector<double> list_candidates(EvaluatedPeople const& people) {
    constexpr double steps = 25;
    constexpr double half = 0.5;
    constexpr double most = 0.99;
    constexpr double least_step = 1e-280;
    auto ascending = people.values;
    std::ranges::sort(ascending);
    auto const last = quantile_of_sorted(ascending, most);
    std::vector<double> candidates;
    auto const step = quantile_of_sorted(ascending, half) / steps;
    constexpr double most_steps = 1000;
    if (step > least_step && step < 1 / least_step && last < most_steps * step) {
        RoundGrid const grid{step};
        for (std::int64_t m = 1; m <= grid.below(last); ++m) candidates.push_back(grid.at(m));
    }
    if (people.horizon > 0) candidates.push_back(people.horizon);
    std::ranges::sort(candidates);
    auto const repeated = std::ranges::unique(candidates);
    candidates.erase(repeated.begin(), repeated.end());
    return candidates;
}

IncidenceCurve tell_curve(std::string group, EvaluatedPeople const& people,
                          std::span<double const> candidates, std::int64_t limit) {
    IncidenceCurve curve{.group = std::move(group)};
    curve.samples = people.size();
    curve.events = people.cases();
    curve.times = choose_times(people.values, people.is_case, candidates, people.horizon, limit);
    if (curve.times.empty()) {
        curve.status = people.size() == 0 ? "nobody" : "suppressed";
        return curve;
    }
    for (auto const& share : incidence_curve(people.values, people.is_case, curve.times)) {
        curve.incidence.push_back(round_share(share.value));
        curve.lower.push_back(round_share(share.lower));
        curve.upper.push_back(round_share(share.upper));
    }
    for (auto time : curve.times) {
        curve.at_risk.push_back(
            std::ranges::count_if(people.values, [&](double own) { return own > time; }));
    }
    return curve;
}

}  // namespace

double round_share(double share) {
    constexpr double parts = 1e5;
    return std::round(share * parts) / parts;
}

std::vector<double> choose_times(std::span<double const> times,
                                 std::span<std::uint8_t const> is_event,
                                 std::span<double const> candidates, double horizon,
                                 std::int64_t limit) {
    expect(times.size() == is_event.size(), "every sample has an event or none");
    expect(limit >= 1, "a limit is a number of people");

    PredictorOrder const order{times};
    std::vector<double> ascending;
    std::vector<std::uint8_t> classes;
    for (auto s : order.ascending()) {
        ascending.push_back(times[static_cast<std::size_t>(s)]);
        classes.push_back(is_event[static_cast<std::size_t>(s)] != 0 ? 1 : 0);
    }
    CutLedger ledger{classes, limit};
    std::vector<double> chosen;
    auto const tell = [&](double time) {
        auto const gone = std::ranges::upper_bound(ascending, time) - ascending.begin();
        if (gone == std::ssize(ascending) || !ledger.allows(std::span{&gone, 1})) return false;
        ledger.tell(std::span{&gone, 1});
        chosen.push_back(time);
        return true;
    };
    // What is calibrated by the horizon is told already, of these people or of others.
    bool const is_reached = horizon > 0 && !ascending.empty() && horizon < ascending.back();
    if (is_reached && !tell(horizon)) return {};
    for (auto time : candidates) {
        if (time != horizon) tell(time);
    }
    std::ranges::sort(chosen);
    return chosen;
}

std::vector<IncidenceCurve> make_incidence(EvaluationData const& data,
                                           EvaluationRequest const& request, ToldCuts& told) {
    auto const& people = data.people;
    if (people.outcome != Outcome::time_to_event) return {};
    constexpr int fifths = 5;
    auto const candidates = list_candidates(people);
    // Everybody's events by the horizon are told: four fifths would tell the last one's.
    auto const detail = people.horizon > 0 ? CutDetail::events_by_horizon : CutDetail::classes;
    auto const bins = divide_everybody(people.score, fifths, told, detail);
    std::vector<IncidenceCurve> curves;
    if (bins.empty()) {
        curves.push_back(tell_curve("all", people, candidates, request.least_people));
    }
    for (std::size_t b = 0; b < bins.size(); ++b) {
        curves.push_back(tell_curve(fmt::format("fifth {}", b + 1), select_people(people, bins[b]),
                                    candidates, request.least_people));
    }
    return curves;
}

}  // namespace maniple
