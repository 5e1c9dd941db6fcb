#include "evaluation_cuts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/run/crossed_groups.hpp"

namespace maniple {

ToldCuts::ToldCuts(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                   EvaluationRequest const& request)
    : data_{data}, request_{request} {
    for (auto const& range : factor_ranges(groups)) {
        auto const own = std::span{groups}.subspan(range.first, range.last - range.first);
        if (!range.is_everybody()) {
            factors_.push_back({range.first, number_groups(own, data.people.score.size()), {}});
        }
        std::vector<std::size_t> suppressed;
        for (auto g = range.first; g < range.last; ++g) {
            auto const& places = groups[g].places;
            if (groups[g].suppressed) {
                suppressed.insert(suppressed.end(), places.begin(), places.end());
            } else {
                add_set(range.first, places);
            }
        }
        if (!suppressed.empty()) add_set(range.first, suppressed);
    }
    expect(!sets_.empty(), "everybody is a set");
}

bool ToldCuts::tell(GroupRange range, PeopleOrder order, std::span<PeopleCut const> cuts,
                    CutDetail detail) {
    expect(detail != CutDetail::people || range.is_everybody(), "people alone are of everybody");

    std::vector<Asked> asked;
    auto const whole = ask(sets_.front(), order, cuts, detail);
    auto const factor = std::ranges::find(factors_, range.first, &Factor::first);
    if (!range.is_everybody()) {
        for (std::size_t i = 0; i < whole.ledgers.size(); ++i) {
            if (!whole.ledgers[i]->knows(whole.cuts[i])) return false;
        }
    }
    for (auto& set : sets_) {
        if (set.first == range.first) asked.push_back(ask(set, order, cuts, detail));
    }
    if (range.is_everybody() && detail != CutDetail::people) {
        asked.push_back(ask(sets_.front(), order, cuts, CutDetail::people));
    }
    for (auto const& of_set : asked) {
        for (std::size_t i = 0; i < of_set.ledgers.size(); ++i) {
            if (!of_set.ledgers[i]->allows(of_set.cuts[i])) return false;
        }
    }
    if (factor != factors_.end()) {
        for (std::size_t i = 0; i < whole.ledgers.size(); ++i) {
            if (!allows_between(*factor, *whole.ledgers[i], whole.cuts[i])) return false;
        }
        for (std::size_t i = 0; i < whole.ledgers.size(); ++i) {
            factor->told[whole.ledgers[i]].insert(whole.cuts[i].begin(), whole.cuts[i].end());
        }
    }
    for (auto const& of_set : asked) {
        for (std::size_t i = 0; i < of_set.ledgers.size(); ++i) {
            of_set.ledgers[i]->tell(of_set.cuts[i]);
        }
    }
    return true;
}

// Between cuts that are told of both, groups of two factors tell of people as whole groups do.
bool ToldCuts::allows_between(Factor const& factor, CutLedger const& ledger,
                              std::vector<std::int64_t> const& cuts) const {
    for (auto const& other : factors_) {
        auto const theirs = other.told.find(&ledger);
        if (&other == &factor || theirs == other.told.end()) continue;
        std::set<std::int64_t> mine{cuts.begin(), cuts.end()};
        if (auto const before = factor.told.find(&ledger); before != factor.told.end()) {
            mine.insert(before->second.begin(), before->second.end());
        }
        std::vector<std::int64_t> both;
        std::ranges::set_intersection(mine, theirs->second, std::back_inserter(both));
        auto const classes = classes_between(ledger, both);
        if (find_few_between(other.groups, factor.groups, classes, request_.least_people)) {
            return false;
        }
    }
    return true;
}

// Of each of the people: between which of everybody's cuts, and of which class.
std::vector<std::int32_t> ToldCuts::classes_between(CutLedger const& ledger,
                                                    std::vector<std::int64_t> const& cuts) const {
    auto const& all = sets_.front();
    bool const of_score = &ledger == &all.by_score.classes ||
                          (all.by_score.events && &ledger == &*all.by_score.events);
    auto const& ordered = of_score ? all.by_score : *all.by_prediction;
    bool const of_events = ordered.events && &ledger == &*ordered.events;
    constexpr std::int32_t most_classes = 3;
    std::vector<std::int32_t> classes(ordered.places.size());
    for (std::size_t i = 0; i < ordered.places.size(); ++i) {
        auto const place = ordered.places[i];
        auto const below = std::ranges::upper_bound(cuts, static_cast<std::int64_t>(i));
        classes[place] = static_cast<std::int32_t>(below - cuts.begin()) * most_classes +
                         (of_events ? event_of(place) : class_of(place));
    }
    return classes;
}

std::uint8_t ToldCuts::class_of(std::size_t place) const {
    return data_.people.is_case.empty() ? 0 : data_.people.is_case[place];
}

std::uint8_t ToldCuts::event_of(std::size_t place) const {
    bool const later = data_.people.values[place] > data_.people.horizon;
    return class_of(place) == 0 ? 0 : later ? 2 : 1;
}

ToldCuts::Asked ToldCuts::ask(PeopleSet& set, PeopleOrder order, std::span<PeopleCut const> cuts,
                              CutDetail detail) {
    bool const own = order == PeopleOrder::prediction;
    expect(!own || set.by_prediction, "there are predictions");
    auto const below = [&](OrderedPeople const& people, PeopleCut const& cut) {
        auto const& values = people.ascending;
        auto const place = cut.equal == EqualSide::below ? std::ranges::upper_bound(values, cut.at)
                                                         : std::ranges::lower_bound(values, cut.at);
        return static_cast<std::int64_t>(place - values.begin());
    };
    auto& people = own ? *set.by_prediction : set.by_score;
    std::vector<std::int64_t> numbers;
    for (auto const& cut : cuts) numbers.push_back(below(people, cut));
    Asked asked;
    bool const shared = own && set.agreement != Agreement::none;
    if (shared && set.agreement == Agreement::falling) {
        for (auto& number : numbers) number = std::ssize(people.ascending) - number;
    }
    auto& ordered = shared ? set.by_score : people;
    if (detail == CutDetail::events_by_horizon && ordered.events) {
        asked.ledgers.push_back(&*ordered.events);
        asked.cuts.push_back(numbers);
    }
    asked.ledgers.push_back(detail == CutDetail::people ? &*ordered.people : &ordered.classes);
    asked.cuts.push_back(std::move(numbers));
    return asked;
}

void ToldCuts::add_set(std::size_t first, std::vector<std::size_t> const& places) {
    auto const& people = data_.people;
    PeopleSet set{.first = first,
                  .agreement = agreement_of(places),
                  .by_score = put_in_order(places, people.score),
                  .by_prediction = std::nullopt};
    if (!people.prediction.empty()) set.by_prediction = put_in_order(places, people.prediction);
    if (sets_.empty()) {  // Everybody.
        CutLedger const all{std::vector<std::uint8_t>(places.size()), request_.least_people};
        set.by_score.people = all;
        if (set.by_prediction) set.by_prediction->people = all;
    }
    sets_.push_back(std::move(set));
}

ToldCuts::OrderedPeople ToldCuts::put_in_order(std::vector<std::size_t> const& places,
                                               std::vector<double> const& values) const {
    auto const& people = data_.people;
    auto order = places;
    std::ranges::sort(order, [&](auto a, auto b) { return values[a] < values[b]; });
    std::vector<double> ascending;
    std::vector<std::uint8_t> classes;
    std::vector<std::uint8_t> events;
    bool const timed = !people.risk.empty();
    for (auto place : order) {
        ascending.push_back(values[place]);
        classes.push_back(class_of(place));
        if (timed) events.push_back(event_of(place));
    }
    OrderedPeople ordered{std::move(order), std::move(ascending),
                          CutLedger{classes, request_.least_people}, std::nullopt, std::nullopt};
    if (timed) ordered.events.emplace(events, request_.least_people);
    return ordered;
}

// Without covariates the prediction is a function of the score, for everybody or within a group.
ToldCuts::Agreement ToldCuts::agreement_of(std::vector<std::size_t> const& places) const {
    auto const& score = data_.people.score;
    auto const& prediction = data_.people.prediction;
    if (prediction.empty()) return Agreement::none;
    auto order = places;
    std::ranges::sort(order, [&](auto a, auto b) { return score[a] < score[b]; });
    bool rises = true;
    bool falls = true;
    for (std::size_t i = 1; i < order.size(); ++i) {
        auto const a = order[i - 1];
        auto const b = order[i];
        if (score[a] == score[b] && prediction[a] != prediction[b]) return Agreement::none;
        rises = rises && prediction[a] <= prediction[b];
        falls = falls && prediction[a] >= prediction[b];
    }
    return rises ? Agreement::rising : falls ? Agreement::falling : Agreement::none;
}

}  // namespace maniple
