#include "maniple/model/cox_regression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "newton.hpp"

namespace maniple {
namespace {

// Hazards of a set of people: their sum, with columns, and with products of columns.
struct HazardSums {
    explicit HazardSums(std::size_t columns)
        : first(columns),
          second(static_cast<std::size_t>(triangle_size(static_cast<std::int64_t>(columns)))) {}

    void add(double hazard, std::span<double const> row) {
        none += hazard;
        auto* triangle = second.data();
        for (std::size_t r = 0; r < row.size(); ++r) {
            auto const scaled = hazard * row[r];
            first[r] += scaled;
            for (std::size_t c = 0; c <= r; ++c) *triangle++ += scaled * row[c];
        }
    }
    void clear() {
        none = 0;
        std::ranges::fill(first, 0);
        std::ranges::fill(second, 0);
    }

    double none = 0;
    std::vector<double> first;
    std::vector<double> second;
};

// Sums over the events of one time of 1 / d and its like, d being the hazard that faces each.
struct TiedSums {
    double one = 0;
    double share = 0;
    double square = 0;
    double square_share = 0;
    double square_share_share = 0;
};

class CoxLikelihood {
public:
    CoxLikelihood(RegressionDesign const& design, PredictorOrder const& by_time,
                  std::span<std::uint8_t const> is_event, CoxOptions const& options)
        : design_{design}, by_time_{by_time}, is_event_{is_event}, options_{options} {
        for (std::size_t s = 0; s < is_event.size(); ++s) {
            if (is_event[s] == 0 || weight(s) == 0) continue;
            first_event_ = std::min(first_event_, by_time.ranks()[s]);
        }
    }

    double weight(std::size_t s) const {
        return options_.times.empty() ? 1.0 : static_cast<double>(options_.times[s]);
    }

    Likelihood operator()(std::span<double const> parameters) const {
        auto const columns = static_cast<std::size_t>(design_.columns());
        Likelihood point;
        point.gradient.resize(columns);
        HazardSums at_risk{columns};
        HazardSums events{columns};
        point.information.resize(at_risk.second.size());
        auto predictor = predict(parameters);
        double largest = -std::numeric_limits<double>::infinity();
        for (std::size_t s = 0; s < predictor.size(); ++s) {
            if (by_time_.ranks()[s] < first_event_) continue;
            point.largest_predictor = std::fmax(point.largest_predictor, std::abs(predictor[s]));
            if (!options_.offset.empty()) predictor[s] += options_.offset[s];
            largest = std::fmax(largest, predictor[s]);
        }
        auto const by = by_time_.ascending();
        auto const time = [&](std::size_t i) {
            return by_time_.ranks()[static_cast<std::size_t>(by[i])];
        };
        for (auto last = by.size(); last > 0 && time(last - 1) >= first_event_;) {
            auto first = last;
            double deaths = 0;
            events.clear();
            for (; first > 0 && time(first - 1) == time(last - 1); --first) {
                auto const s = static_cast<std::size_t>(by[first - 1]);
                auto const w = weight(s);
                if (w == 0) continue;
                auto const row = design_.row(static_cast<std::int64_t>(s));
                auto const hazard = w * portable_exp(predictor[s] - largest);
                at_risk.add(hazard, row);
                if (is_event_[s] == 0) continue;
                events.add(hazard, row);
                deaths += w;
                point.value += w * (predictor[s] - largest);
                for (std::size_t c = 0; c < columns; ++c) point.gradient[c] += w * row[c];
            }
            if (deaths > 0) face(at_risk, events, deaths, point);
            last = first;
        }
        return point;
    }

private:
    std::vector<double> predict(std::span<double const> parameters) const {
        std::vector<double> predictor(static_cast<std::size_t>(design_.samples()));
        for (std::size_t s = 0; s < predictor.size(); ++s) {
            auto const row = design_.row(static_cast<std::int64_t>(s));
            for (std::size_t c = 0; c < row.size(); ++c) predictor[s] += row[c] * parameters[c];
        }
        return predictor;
    }

    TiedSums sum_tied(HazardSums const& at_risk, HazardSums const& events, double deaths,
                      Likelihood& point) const {
        TiedSums sums;
        for (double dead = 0; dead < deaths; ++dead) {
            auto const share = options_.ties == TiedEvents::efron ? dead / deaths : 0;
            auto const facing = at_risk.none - share * events.none;
            point.value -= portable_log(facing);
            sums.one += 1 / facing;
            sums.share += share / facing;
            sums.square += 1 / (facing * facing);
            sums.square_share += share / (facing * facing);
            sums.square_share_share += share * share / (facing * facing);
        }
        return sums;
    }

    void face(HazardSums const& at_risk, HazardSums const& events, double deaths,
              Likelihood& point) const {
        auto const sums = sum_tied(at_risk, events, deaths, point);
        auto* information = point.information.data();
        std::size_t i = 0;
        for (std::size_t r = 0; r < at_risk.first.size(); ++r) {
            point.gradient[r] -= sums.one * at_risk.first[r] - sums.share * events.first[r];
            for (std::size_t c = 0; c <= r; ++c, ++i) {
                auto const crossed =
                    at_risk.first[r] * events.first[c] + events.first[r] * at_risk.first[c];
                information[i] += sums.one * at_risk.second[i] - sums.share * events.second[i] -
                                  sums.square * at_risk.first[r] * at_risk.first[c] +
                                  sums.square_share * crossed -
                                  sums.square_share_share * events.first[r] * events.first[c];
            }
        }
    }

    RegressionDesign const& design_;
    PredictorOrder const& by_time_;
    std::span<std::uint8_t const> is_event_;
    CoxOptions const& options_;
    // The rank of its time. Whoever is censored before faces nothing, and may lie anywhere.
    std::int32_t first_event_ = std::numeric_limits<std::int32_t>::max();
};

}  // namespace

RegressionFit fit_cox(RegressionDesign const& design, PredictorOrder const& by_time,
                      std::span<std::uint8_t const> is_event, CoxOptions const& options) {
    expect(by_time.samples() == design.samples(), "every sample has a time");
    expect(std::ssize(is_event) == design.samples(), "every sample has an event or none");
    expect(options.times.empty() || options.times.size() == is_event.size(),
           "every sample has a multiplicity");
    expect(options.offset.empty() || options.offset.size() == is_event.size(),
           "every sample has an offset");

    RegressionFit fit;
    CoxLikelihood const likelihood{design, by_time, is_event, options};
    bool any_event = false;
    for (std::size_t s = 0; s < is_event.size(); ++s) {
        any_event |= is_event[s] != 0 && likelihood.weight(s) > 0;
    }
    if (!any_event) {
        fit.status = FitStatus::one_class;
        return fit;
    }
    std::vector<double> const nothing(static_cast<std::size_t>(design.columns()));
    auto start = nothing;
    if (!options.start.empty()) {
        expect(std::ssize(options.start) == design.columns() + 1, "a start for this design");
        start.assign(options.start.begin() + 1, options.start.end());
    }
    auto const result = maximize(likelihood, std::move(start));
    fit.status = result.status;
    fit.iterations = result.iterations;
    if (fit.status != FitStatus::ok) return fit;
    fit.log_likelihood = result.value;
    fit.null_log_likelihood = likelihood(nothing).value;
    fill_coefficients(fit, design, result.parameters, *result.information, Intercept::absent, 1);
    return fit;
}

}  // namespace maniple
