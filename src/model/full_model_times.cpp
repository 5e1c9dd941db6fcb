#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "full_model.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/linalg/cholesky.hpp"

namespace maniple {
namespace {

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }
constexpr double infinity = std::numeric_limits<double>::infinity();

// In log hazards: whoever is moved by steps without end has less of them by then.
constexpr double far_behind = 4;

// Hazards of some people, the mean of their columns, and sums of squares about it. Taken up one
// by one: differences of large sums would lose what is left of those far out.
struct HazardMoments {
    explicit HazardMoments(std::size_t columns)
        : mean(columns),
          squares(place(triangle_size(static_cast<std::int64_t>(columns)))),
          apart(columns) {}

    void clear() {
        hazard = 0;
        std::ranges::fill(mean, 0.0);
        std::ranges::fill(squares, 0.0);
    }
    void scale(double by) {
        hazard *= by;
        for (double& s : squares) s *= by;
    }
    void add(double own, float const* covariates, double genotype) {
        auto const last = mean.size() - 1;
        for (std::size_t c = 0; c < last; ++c) {
            apart[c] = static_cast<double>(covariates[c]) - mean[c];
        }
        apart[last] = genotype - mean[last];
        merge(own);
    }
    void add(HazardMoments const& others) {
        if (others.hazard == 0) return;
        for (std::size_t c = 0; c < mean.size(); ++c) apart[c] = others.mean[c] - mean[c];
        for (std::size_t i = 0; i < squares.size(); ++i) squares[i] += others.squares[i];
        merge(others.hazard);
    }

    double hazard = 0;
    std::vector<double> mean;
    std::vector<double> squares;

private:
    // Those with this hazard, whose mean is `apart` from this one's.
    void merge(double own) {
        if (own == 0) return;
        auto const share = own / (hazard + own);
        auto const weight = hazard * share;
        hazard += own;
        auto* square = squares.data();
        for (std::size_t r = 0; r < mean.size(); ++r) {
            auto const scaled = weight * apart[r];
            for (std::size_t c = 0; c <= r; ++c) *square++ += scaled * apart[c];
            mean[r] += share * apart[r];
        }
    }

    std::vector<double> apart;
};

/// People who face an event, those with the longest times first.
class FullTimes final : public FullModel {
public:
    FullTimes(EventNull const& null, EventTrait const& trait, FullModelRoom& room)
        : sets_{trait.risk_sets},
          room_{room},
          covariates_{null.pattern(trait.pattern).rank - 1},
          at_risk_{place(columns())},
          dying_{place(columns())} {
        auto const& basis = null.pattern(trait.pattern).basis;
        for (std::int64_t p = 0; p < sets_.samples(); ++p) {
            std::int64_t const s = sets_.by_time()[place(p)];
            // Whose hazard is 0 beside that of others has no part in anything.
            if (room.inside[s] == 0 || sets_.hazards()[p] == 0) continue;
            auto* const row = room.rows.data() + std::ssize(people_) * covariates_;
            for (std::int64_t c = 0; c < covariates_; ++c) {
                row[c] = basis[(c + 1) * null.stride() + s];
            }
            people_.push_back({.time = sets_.times()[place(p)],
                               .is_event = sets_.is_event()[place(p)] != 0,
                               .starts_stratum = false,
                               .genotype = room.genotypes[s],
                               .offset = portable_log(sets_.hazards()[p])});
        }
        forget_early();
    }

    std::int64_t columns() const override { return covariates_ + 1; }

    bool has_outcomes() const override { return !people_.empty(); }

    // Each event has the largest genotype of those at risk, or each the smallest.
    bool genotype_tells() const override {
        bool is_largest = true;
        bool is_smallest = true;
        bool varies = false;
        double least = infinity;
        double most = -infinity;
        for_each_time([&](std::size_t first, std::size_t last) {
            if (people_[first].starts_stratum) {
                least = infinity;
                most = -infinity;
            }
            for (auto i = first; i < last; ++i) {
                least = std::min(least, people_[i].genotype);
                most = std::max(most, people_[i].genotype);
            }
            for (auto i = first; i < last; ++i) {
                if (!people_[i].is_event) continue;
                is_largest &= people_[i].genotype == most;
                is_smallest &= people_[i].genotype == least;
                varies |= least < most;
            }
        });
        return varies && (is_largest || is_smallest);
    }

    Likelihood evaluate(std::span<double const> parameters) override {
        Likelihood point;
        point.gradient.resize(parameters.size());
        point.information.resize(place(triangle_size(columns())));
        for (std::size_t i = 0; i < people_.size(); ++i) {
            room_.predictor[static_cast<std::int64_t>(i)] =
                people_[i].offset + along(i, parameters);
        }
        at_risk_.clear();
        double top = -infinity;  // Hazards are relative to the largest at risk.
        for_each_time([&](std::size_t first, std::size_t last) {
            if (people_[first].starts_stratum) {
                at_risk_.clear();
                top = -infinity;
            }
            auto const before = top;
            for (auto i = first; i < last; ++i) {
                top = std::max(top, room_.predictor[static_cast<std::int64_t>(i)]);
            }
            if (top > before && at_risk_.hazard > 0) at_risk_.scale(portable_exp(before - top));
            dying_.clear();
            std::int64_t deaths = 0;
            for (auto i = first; i < last; ++i) {
                auto const own = room_.predictor[static_cast<std::int64_t>(i)] - top;
                auto& group = people_[i].is_event ? dying_ : at_risk_;
                group.add(portable_exp(own), row(i), people_[i].genotype);
                if (!people_[i].is_event) continue;
                ++deaths;
                point.value += own;
                // Less the mean at risk, which is near it where the genotype tells much.
                for (std::size_t c = 0; c < point.gradient.size(); ++c) {
                    point.gradient[c] += column(i, c) - at_risk_.mean[c];
                }
            }
            if (deaths > 0) face(static_cast<double>(deaths), point);
        });
        return point;
    }

    LastStep judge(std::span<double const> step) override {
        auto& moves = room_.value;
        double mean = 0;
        double mean_predictor = 0;
        auto const all = static_cast<double>(people_.size());
        for (std::size_t i = 0; i < people_.size(); ++i) {
            auto const at = static_cast<std::int64_t>(i);
            moves[at] = along(i, step);
            mean += moves[at] / all;
            mean_predictor += room_.predictor[at] / all;
        }
        bool is_settled = true;
        for (std::size_t i = 0; i < people_.size(); ++i) {
            auto const at = static_cast<std::int64_t>(i);
            auto const size = std::abs(moves[at] - mean);
            auto const predictor = std::abs(room_.predictor[at] - mean_predictor);
            is_settled &= size < settled || size < relative * predictor;
        }
        return is_settled ? LastStep::settled : leave_out();
    }

    bool direction_tells(std::span<double const> direction) const override {
        double least = infinity;
        double most = -infinity;
        double size = 0;
        bool tells = true;
        bool varies = false;
        for_each_time([&](std::size_t first, std::size_t last) {
            if (people_[first].starts_stratum) {
                least = infinity;
                most = -infinity;
                size = 0;
            }
            for (auto i = first; tells && i < last; ++i) {
                auto const move = along(i, direction);
                least = std::min(least, move);
                most = std::max(most, move);
                size = std::max(size, size_along(i, direction));
            }
            for (auto i = first; tells && i < last; ++i) {
                if (!people_[i].is_event) continue;
                tells = along(i, direction) >= most - rounded * size;
                varies |= most - least > 2 * rounded * size;
            }
        });
        return tells && varies;
    }

private:
    struct Person {
        double time;
        bool is_event;
        bool starts_stratum;  // Whoever comes before has no weight any more.
        double genotype;
        double offset;
    };

    float const* row(std::size_t i) const {
        return room_.rows.data() + static_cast<std::int64_t>(i) * covariates_;
    }
    double column(std::size_t i, std::size_t c) const {
        return c < place(covariates_) ? static_cast<double>(row(i)[c]) : people_[i].genotype;
    }
    double along(std::size_t i, std::span<double const> parameters) const {
        double sum = 0;
        for (std::size_t c = 0; c < parameters.size(); ++c) sum += parameters[c] * column(i, c);
        return sum;
    }

    double size_along(std::size_t i, std::span<double const> parameters) const {
        double sum = 0;
        for (std::size_t c = 0; c < parameters.size(); ++c) {
            sum += std::abs(parameters[c] * column(i, c));
        }
        return sum;
    }

    // Those of one time after the other, the latest first.
    template <class Visit>
    void for_each_time(Visit const& visit) const {
        for (std::size_t first = 0, last = 0; first < people_.size(); first = last) {
            while (last < people_.size() && people_[last].time == people_[first].time) ++last;
            visit(first, last);
        }
    }

    // Those who are censored before any event.
    void forget_early() {
        while (!people_.empty() && !people_.back().is_event) people_.pop_back();
    }

    // Events of one time: Efron's share l / d of those who die leaves before event l.
    void face(double deaths, Likelihood& point) {
        auto const whole = dying_.hazard;
        double squares_at_risk = 0;
        double squares_dying = 0;
        double apart = 0;
        double shift = 0;
        for (double left = deaths; left > 0; --left) {
            auto const share = left / deaths;
            auto const all = at_risk_.hazard + share * whole;
            auto const part = share * whole / all;
            point.value -= portable_log(all);
            squares_at_risk += 1 / all;
            squares_dying += share / all;
            apart += at_risk_.hazard / all * part;
            shift += part;
        }
        auto* information = point.information.data();
        for (std::size_t r = 0, i = 0; r < point.gradient.size(); ++r) {
            auto const difference = dying_.mean[r] - at_risk_.mean[r];
            point.gradient[r] -= shift * difference;
            for (std::size_t c = 0; c <= r; ++c, ++i) {
                information[i] += squares_at_risk * at_risk_.squares[i] +
                                  squares_dying * dying_.squares[i] +
                                  apart * difference * (dying_.mean[c] - at_risk_.mean[c]);
            }
        }
        at_risk_.add(dying_);
    }

    // Events move ahead of those at risk. These have no weight from then on; who comes to be at
    // risk behind an event has none at all.
    LastStep leave_out() {
        auto const& moves = room_.value;
        std::vector<bool> leaves(people_.size());
        std::vector<bool> starts(people_.size());
        double most = -infinity;
        double before = -infinity;  // Whoever was farthest ahead at the last event.
        double top = -infinity;     // Largest predictor then.
        std::size_t waiting = 0;    // The first of those who have faced no event.
        bool is_clear = true;
        bool is_new = false;
        for_each_time([&](std::size_t first, std::size_t last) {
            if (people_[first].starts_stratum) before = most = top = -infinity;
            bool has_event = false;
            for (auto i = first; i < last; ++i) {
                most = std::max(most, moves[static_cast<std::int64_t>(i)]);
                has_event |= people_[i].is_event;
            }
            if (!has_event) return;
            auto const least = most - diverged;
            auto const entered = waiting;
            for (auto i = first; i < last; ++i) {
                is_clear &= !people_[i].is_event || moves[static_cast<std::int64_t>(i)] > least;
            }
            auto const passed = before > -infinity && before < least;
            auto highest = passed ? -infinity : top;
            for (; waiting < last; ++waiting) {
                auto const at = static_cast<std::int64_t>(waiting);
                leaves[waiting] = moves[at] < least;
                is_new = is_new || leaves[waiting];
                if (!leaves[waiting]) highest = std::max(highest, room_.predictor[at]);
            }
            // By then they have little weight beside the others.
            for (auto i = entered; i < last; ++i) {
                auto const predictor = room_.predictor[static_cast<std::int64_t>(i)];
                is_clear &= !leaves[i] || predictor < highest - far_behind;
            }
            if (passed) {
                is_clear &= top < highest - far_behind;
                starts[entered] = true;
                is_new = true;
            }
            top = highest;
            before = most;
        });
        if (!is_clear || !is_new) return LastStep::unclear;
        keep_others(leaves, starts);
        return LastStep::diverges;
    }

    void keep_others(std::vector<bool> const& leaves, std::vector<bool> const& starts) {
        std::size_t kept = 0;
        bool starts_stratum = false;
        for (std::size_t i = 0; i < people_.size(); ++i) {
            starts_stratum = starts_stratum || starts[i] || people_[i].starts_stratum;
            if (leaves[i]) continue;
            std::copy_n(row(i), covariates_,
                        room_.rows.data() + static_cast<std::int64_t>(kept) * covariates_);
            auto& person = people_[kept++] = people_[i];
            person.starts_stratum = std::exchange(starts_stratum, false);
        }
        people_.resize(kept);
    }

    RiskSets const& sets_;
    FullModelRoom& room_;
    std::int64_t covariates_;  // Columns.
    HazardMoments at_risk_;
    HazardMoments dying_;
    std::vector<Person> people_;
};

}  // namespace

std::unique_ptr<FullModel> model_times(EventNull const& null, EventTrait const& trait,
                                       FullModelRoom& room) {
    return std::make_unique<FullTimes>(null, trait, room);
}

}  // namespace maniple
