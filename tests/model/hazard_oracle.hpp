/// \file  Cox's partial likelihood by its definition, everyone compared with everyone.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/binary_oracle.hpp"

namespace maniple::oracle {

/// Times to events, ties by Efron, and columns (no intercept) beside an offset; in long double.
struct Hazards {
    Matrix columns;
    std::vector<double> times;
    std::vector<std::uint8_t> is_event;
    Column offset;

    struct Point {
        Real value = 0;
        Column score;
        Matrix information;
    };

    Column predictor(Column const& beta) const {
        Column x = offset.empty() ? Column(times.size(), 0) : offset;
        for (std::size_t c = 0; c < beta.size(); ++c) {
            for (std::size_t i = 0; i < x.size(); ++i) x[i] += beta[c] * columns[c][i];
        }
        return x;
    }

    /// Weights of everyone in what the event of i at place `place` of `deaths` faces.
    Column facing(std::size_t i, Real place, Real deaths, Column const& x) const {
        Column weights(times.size(), 0);
        for (std::size_t j = 0; j < times.size(); ++j) {
            if (times[j] < times[i]) continue;
            bool const dies = times[j] == times[i] && is_event[j] != 0;
            weights[j] = std::exp(x[j]) * (dies ? 1 - place / deaths : 1);
        }
        return weights;
    }

    /// Calls take(i, weights) for every event i.
    template <class Take>
    void for_each_event(Column const& x, Take const& take) const {
        for (std::size_t i = 0; i < times.size(); ++i) {
            if (is_event[i] == 0) continue;
            Real place = 0;
            Real deaths = 0;
            for (std::size_t j = 0; j < times.size(); ++j) {
                if (times[j] != times[i] || is_event[j] == 0) continue;
                if (j < i) ++place;
                ++deaths;
            }
            take(i, facing(i, place, deaths, x));
        }
    }

    Point at(Column const& beta) const {
        auto const x = predictor(beta);
        auto const count = beta.size();
        Point point{.score = Column(count, 0), .information = Matrix(count, Column(count, 0))};
        for_each_event(x, [&](std::size_t i, Column const& weights) {
            Real all = 0;
            Column first(count, 0);
            Matrix second(count, Column(count, 0));
            for (std::size_t j = 0; j < weights.size(); ++j) {
                all += weights[j];
                for (std::size_t r = 0; r < count; ++r) {
                    first[r] += weights[j] * columns[r][j];
                    for (std::size_t c = 0; c < count; ++c)
                        second[r][c] += weights[j] * columns[r][j] * columns[c][j];
                }
            }
            point.value += x[i] - std::log(all);
            for (std::size_t r = 0; r < count; ++r) {
                point.score[r] += columns[r][i] - first[r] / all;
                for (std::size_t c = 0; c < count; ++c)
                    point.information[r][c] += second[r][c] / all - first[r] * first[c] / all / all;
            }
        });
        return point;
    }

    /// Without penalty.
    Column fit() const {
        Column beta(columns.size(), 0);
        for (int i = 0; i < 50; ++i) {
            auto const point = at(beta);
            auto const step = solve(point.information, point.score).x;
            for (std::size_t c = 0; c < beta.size(); ++c) beta[c] += step[c];
        }
        return beta;
    }

    /// Events expected of each sample (Efron's shares).
    Column expected(Column const& beta) const {
        Column sums(times.size(), 0);
        for_each_event(predictor(beta), [&](std::size_t, Column const& weights) {
            Real all = 0;
            for (auto w : weights) all += w;
            for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += weights[j] / all;
        });
        return sums;
    }

    /// One column: the largest of log likelihood + log(information) / 2 (Firth), by golden section.
    Real fit_firth() const {
        auto const height = [&](Real beta) {
            auto const point = at({beta});
            return point.value + std::log(point.information[0][0]) / 2;
        };
        Real const ratio = (std::sqrt(Real{5}) - 1) / 2;
        Real low = -12;
        Real high = 12;
        while (high - low > 1e-8L) {
            Real const a = high - ratio * (high - low);
            Real const b = low + ratio * (high - low);
            (height(a) > height(b) ? high : low) = height(a) > height(b) ? b : a;
        }
        return (low + high) / 2;
    }
};

}  // namespace maniple::oracle
