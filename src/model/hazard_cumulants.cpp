#include "maniple/model/hazard_cumulants.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "tilted_lanes.hpp"

namespace maniple {
namespace {

// As with cases: derivatives up to the fourth tell K to nine digits within steps that move no
// sample's log hazard by more than this.
constexpr double smooth_step = 1e-3;

// A share of hazards that is nobody's: carriers alone are left.
constexpr double rounding = 1e-12;

// Sums of hazard, and of hazard times powers of G.
struct PowerSums {
    double none = 0, first = 0, second = 0, third = 0, fourth = 0;

    void add(double weight, double value) {
        none += weight;
        first += weight *= value;
        second += weight *= value;
        third += weight *= value;
        fourth += weight * value;
    }
    PowerSums plus(PowerSums const& more, double times) const {
        return {none + times * more.none, first + times * more.first, second + times * more.second,
                third + times * more.third, fourth + times * more.fourth};
    }
};

// Adds up the cumulants of one draw from those at risk after the other.
class DrawCumulants {
public:
    /// \param sums     tilted hazards of members. \param others  hazards of those whose G is 0.
    /// \param inverse  1 / the same hazards without tilt.
    void draw(PowerSums const& sums, double others, double inverse) {
        double const all = sums.none + others;
        double const scale = 1 / all;
        ratios_ *= all * inverse;
        if (!(ratios_ > 1e-150 && ratios_ < 1e150)) {
            point_.value += portable_log(ratios_);
            ratios_ = 1;
        }
        double const m1 = sums.first * scale;
        double const m2 = sums.second * scale;
        double const m3 = sums.third * scale;
        double const m4 = sums.fourth * scale;
        double const square = m1 * m1;
        point_.first += m1;
        point_.second += m2 - square;
        point_.third += m3 - m1 * (3 * m2 - 2 * square);
        point_.fourth += m4 - 4 * m1 * m3 - 3 * m2 * m2 + square * (12 * m2 - 6 * square);
    }

    CumulantPoint total() const {
        auto point = point_;
        point.value += portable_log(ratios_);
        return point;
    }

private:
    CumulantPoint point_;
    double ratios_ = 1;  // Product of hazards by those without tilt, where not in value yet.
};

}  // namespace

HazardCumulants::HazardCumulants(std::int64_t most_samples, std::int64_t most_events)
    : values_{pad_samples(most_samples)},
      hazards_{pad_samples(most_samples)},
      weighted_{pad_samples(most_samples)},
      others_{most_events} {}

std::int64_t HazardCumulants::bytes(std::int64_t most_samples, std::int64_t most_events) {
    auto const room = pad_samples(most_samples);
    return (3 * 8 + static_cast<std::int64_t>(sizeof(Member))) * room +
           (8 + static_cast<std::int64_t>(sizeof(EventTime))) * most_events;
}

void HazardCumulants::set_all(RiskSets const& sets, std::span<double const> genotypes) {
    expect(sets.samples() <= values_.size() && sets.events() <= others_.size(),
           "there is room for the risk sets");
    expect(genotypes.size() >= sets.places().size(), "every sample has a genotype");

    members_ = sets.samples();
    auto const by_time = sets.by_time();
    for (std::int64_t k = 0; k < members_; ++k) {
        values_[k] = genotypes[static_cast<std::size_t>(by_time[static_cast<std::size_t>(k)])];
    }
    std::copy_n(sets.hazards().data(), members_, hazards_.data());
    event_times_.assign(sets.event_times().begin(), sets.event_times().end());
    std::fill_n(others_.data(), sets.events(), 0.0);
    finish(sets);
}

void HazardCumulants::set_carriers(RiskSets const& sets, std::span<std::int64_t> carriers,
                                   std::span<double> genotypes) {
    expect(carriers.size() == genotypes.size(), "every carrier has a genotype");
    expect(std::ssize(carriers) <= values_.size() && sets.events() <= others_.size(),
           "there is room for the carriers");

    sorted_.clear();
    for (std::size_t k = 0; k < carriers.size(); ++k) {
        auto const place = sets.places()[static_cast<std::size_t>(carriers[k])];
        expect(place >= 0, "carriers take part");
        sorted_.push_back({place, static_cast<std::int32_t>(carriers[k]), genotypes[k]});
    }
    std::ranges::sort(sorted_, {}, &Member::place);
    members_ = std::ssize(sorted_);
    for (std::int64_t k = 0; k < members_; ++k) {
        auto const& member = sorted_[static_cast<std::size_t>(k)];
        carriers[static_cast<std::size_t>(k)] = member.position;
        values_[k] = genotypes[static_cast<std::size_t>(k)] = member.genotype;
        hazards_[k] = sets.hazards()[member.place];
    }
    event_times_.clear();
    double at_risk = 0;
    std::int64_t member = 0;
    std::int64_t event = 0;
    for (auto const& time : sets.event_times()) {
        auto const before = [&](std::int32_t place) {
            return member < members_ && sorted_[static_cast<std::size_t>(member)].place < place;
        };
        double dying = 0;
        for (; before(time.at_risk - time.deaths); ++member) at_risk += hazards_[member];
        auto const first = member;
        for (; before(time.at_risk); ++member) dying += hazards_[member];
        at_risk += dying;
        event_times_.push_back(
            {static_cast<std::int32_t>(member), static_cast<std::int32_t>(member - first)});
        for (std::int32_t l = 0; l < time.deaths; ++l, ++event) {
            double const share = static_cast<double>(l) / time.deaths;
            double const facing = 1 / sets.inverse_facing()[static_cast<std::size_t>(event)];
            double const others = facing - (at_risk - share * dying);
            others_[event] = others > rounding * facing ? others : 0;
        }
    }
    finish(sets);
}

void HazardCumulants::finish(RiskSets const& sets) {
    sets_ = &sets;
    for (auto k = members_; k < pad_samples(members_); ++k) values_[k] = hazards_[k] = 0;
    reach_ = 0;
    for (std::int64_t k = 0; k < members_; ++k) {
        if (hazards_[k] > 0) reach_ = std::max(reach_, std::abs(values_[k]));
    }
    slope_ = 0;
    origin_ = sum(0);
    slope_ = origin_.first;
    origin_.value = origin_.first = 0;
    score_ = -slope_;
    for (auto const& time : event_times_) {
        for (auto k = time.at_risk - time.deaths; k < time.at_risk; ++k) score_ += values_[k];
    }
}

CumulantPoint HazardCumulants::sum(double tilt) const {
    tilted_forms().weigh({.genotypes = values_.data(),
                          .weights = hazards_.data(),
                          .count = pad_samples(members_),
                          .tilt = tilt,
                          .out = weighted_.data()});
    DrawCumulants total;
    PowerSums at_risk;
    std::int64_t member = 0;
    std::int64_t event = 0;
    auto const inverse = sets_->inverse_facing();
    for (std::size_t group = 0; group < event_times_.size(); ++group) {
        auto const& time = event_times_[group];
        auto const deaths = sets_->event_times()[group].deaths;
        if (time.at_risk == 0) {
            event += deaths;
            continue;
        }
        for (; member < time.at_risk - time.deaths; ++member) {
            at_risk.add(weighted_[member], values_[member]);
        }
        PowerSums dying;
        for (; member < time.at_risk; ++member) dying.add(weighted_[member], values_[member]);
        at_risk = at_risk.plus(dying, 1);
        for (std::int32_t l = 0; l < deaths; ++l, ++event) {
            double const share = static_cast<double>(l) / deaths;
            total.draw(l == 0 ? at_risk : at_risk.plus(dying, -share), others_[event],
                       inverse[static_cast<std::size_t>(event)]);
        }
    }
    auto point = total.total();
    point.value -= tilt * slope_;
    point.first -= slope_;
    return point;
}

CumulantFunction HazardCumulants::function(double other_variance) const {
    expect(sets_ != nullptr, "a genotype is set");
    auto origin = origin_;
    origin.second += other_variance;
    auto const at = [this, other_variance](double t) {
        auto point = sum(t);
        point.value += other_variance * t * t / 2;
        point.first += other_variance * t;
        point.second += other_variance;
        return point;
    };
    return {
        .at = at, .origin = origin, .limit = most_tilted / reach_, .smooth = smooth_step / reach_};
}

std::int64_t HazardCumulants::bytes() const { return bytes(values_.size(), others_.size()); }

}  // namespace maniple
