#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/model/stacked_ridge.hpp"
#include "model/stacked_cohort.hpp"

namespace maniple {
namespace {

double risk(double log_odds) { return 1 / (1 + std::exp(-log_odds)); }

double log_odds(StackedCohort const& cohort, std::vector<double> const& b, std::int64_t s) {
    auto sum = cohort.offset[static_cast<std::size_t>(s)];
    for (std::size_t c = 0; c < b.size(); ++c) {
        sum += cohort.value(static_cast<std::int64_t>(c), s) * b[c];
    }
    return sum;
}

// Newton's method on the samples outside a fold (all where that is 99), straight from the
// definition; steps are short enough never to go too far.
std::vector<double> fit_by_hand(StackedCohort const& cohort, std::int32_t left_out,
                                double penalty) {
    auto const size = static_cast<std::size_t>(cohort.columns);
    std::vector<double> b(size);
    for (int i = 0; i < 60; ++i) {
        Dense a(size, std::vector<double>(size));
        std::vector<double> gradient(size);
        for (std::size_t c = 0; c < size; ++c) {
            a[c][c] = penalty;
            gradient[c] = -penalty * b[c];
        }
        for (std::int64_t s = 0; s < cohort.samples; ++s) {
            if (cohort.fold(s) < 0 || cohort.fold(s) == left_out) continue;
            auto const p = risk(log_odds(cohort, b, s));
            for (std::size_t c = 0; c < size; ++c) {
                auto const x = cohort.value(static_cast<std::int64_t>(c), s);
                gradient[c] += x * (cohort.is_case[static_cast<std::size_t>(s)] - p);
                for (std::size_t d = 0; d < size; ++d) {
                    a[c][d] += p * (1 - p) * x * cohort.value(static_cast<std::int64_t>(d), s);
                }
            }
        }
        auto const step = solve_dense(a, gradient);
        double length = 0;
        for (double part : step) length += part * part;
        auto const share = std::min(1.0, 1 / std::sqrt(length));
        for (std::size_t c = 0; c < size; ++c) b[c] += share * step[c];
        if (length < 1e-28) break;
    }
    return b;
}

void check_against_hand(StackedCohort const& cohort) {
    auto const fit = fit_stacked_logistic(cohort.data(), cohort.is_case, cohort.offset);
    REQUIRE(fit.status == FitStatus::ok);
    std::vector<std::vector<std::vector<double>>> all;
    std::vector<double> likelihoods;
    for (std::size_t k = 0; k < cohort.penalties.size(); ++k) {
        auto& fits = all.emplace_back();
        for (std::int32_t f = 0; f < 5; ++f) {
            fits.push_back(fit_by_hand(cohort, f, cohort.penalties[k]));
        }
        double n = 0, y = 0, p = 0, pp = 0, py = 0, likelihood = 0;
        for (std::int64_t s = 0; s < cohort.samples; ++s) {
            if (cohort.fold(s) < 0) continue;
            auto const own =
                risk(log_odds(cohort, fits[static_cast<std::size_t>(cohort.fold(s))], s));
            auto const is_case = cohort.is_case[static_cast<std::size_t>(s)] != 0;
            n += 1, y += is_case, p += own, pp += own * own, py += is_case ? own : 0;
            likelihood += std::log(is_case ? own : 1 - own);
        }
        CHECK(fit.losses[k].log_likelihood == Approx(likelihood / n).epsilon(1e-8));
        CHECK(fit.losses[k].squared_error == Approx((y - 2 * py + pp) / n).epsilon(1e-8));
        auto const r_squared = std::pow(py - p * y / n, 2) / (pp - p * p / n) / (y - y * y / n);
        CHECK(fit.losses[k].r_squared == Approx(r_squared).epsilon(1e-7));
        likelihoods.push_back(likelihood);
    }
    auto const chosen =
        static_cast<std::size_t>(std::ranges::max_element(likelihoods) - likelihoods.begin());
    REQUIRE(fit.chosen == static_cast<std::int64_t>(chosen));
    double largest = 0, worst = 0;
    auto const columns = static_cast<std::size_t>(cohort.columns);
    for (std::size_t f = 0; f < 5; ++f) {
        for (std::size_t c = 0; c < columns; ++c) {
            largest = std::max(largest, std::abs(all[chosen][f][c]));
            worst = std::max(worst,
                             std::abs(all[chosen][f][c] - fit.fold_coefficients[f * columns + c]));
        }
    }
    CHECK(worst < 1e-7 * largest);
    auto const to_all = fit_by_hand(cohort, 99, cohort.penalties[chosen]);
    for (std::size_t c = 0; c < columns; ++c) {
        CHECK(std::abs(to_all[c] - fit.coefficients[c]) < 1e-7 * largest);
    }
    worst = 0;
    for (std::size_t k = 0; k < fit.contigs.size(); ++k) {
        auto const loco = fit.loco_of(static_cast<std::int64_t>(k));
        for (std::int64_t s = 0; s < cohort.samples; ++s) {
            double others = 0;
            for (std::size_t c = 0; c < columns && cohort.fold(s) >= 0; ++c) {
                if (cohort.contigs[c] == fit.contigs[k]) continue;
                others += cohort.value(static_cast<std::int64_t>(c), s) *
                          all[chosen][static_cast<std::size_t>(cohort.fold(s))][c];
            }
            worst = std::max(worst, std::abs(loco[static_cast<std::size_t>(s)] - others));
        }
    }
    CHECK(worst < 1e-7);
}

TEST_CASE("fit_stacked_logistic: equals Newton's method from the definition", "[model]") {
    check_against_hand({700, 30, 3, 1});
    check_against_hand({517, 23, 4, 2, 0.5});
    check_against_hand({1100, 1, 1, 3});
}

TEST_CASE("fit_stacked_logistic: with fewer samples than columns", "[model]") {
    check_against_hand({60, 90, 4, 4});
}

TEST_CASE("fit_stacked_logistic: weights far from those of the offset", "[model]") {
    // Rare cases, all told apart by one column: risks go from 0.02 to nearly 1.
    StackedCohort cohort{600, 12, 3, 5};
    for (std::int64_t s = 0; s < cohort.samples; ++s) {
        auto const at = static_cast<std::size_t>(s);
        cohort.offset[at] = -4;
        cohort.is_case[at] = s % 40 == 0;
        if (cohort.fold(s) >= 0) cohort.x[at] = s % 40 == 0 ? 6.0F : -0.15F;
    }
    cohort.penalties = {1e-4, 1e-2, 1, 100};
    check_against_hand(cohort);
}

TEST_CASE("fit_stacked_logistic: folds without cases, controls or samples", "[model]") {
    StackedCohort cohort{500, 15, 3, 6};
    for (std::int64_t s = 0; s < cohort.samples; ++s) {
        auto const at = static_cast<std::size_t>(s);
        if (cohort.folds[at] == 0) cohort.is_case[at] = 0;
        if (cohort.folds[at] == 1) cohort.is_case[at] = 1;
        if (cohort.folds[at] == 2) cohort.folds[at] = 3;
    }
    check_against_hand(cohort);
    // All cases in one fold: the fit without it sees controls alone.
    for (std::size_t s = 0; s < cohort.is_case.size(); ++s) {
        if (cohort.folds[s] != 4) cohort.is_case[s] = 0;
    }
    check_against_hand(cohort);
}

TEST_CASE("fit_stacked_logistic: constant columns, one contig, no columns", "[model]") {
    StackedCohort cohort{400, 10, 1, 7};
    for (std::int64_t s = 0; s < cohort.samples; ++s) {
        cohort.x[static_cast<std::size_t>(2 * cohort.samples + s)] = 0;
        cohort.x[static_cast<std::size_t>(4 * cohort.samples + s)] = cohort.fold(s) < 0 ? 0 : 1;
    }
    check_against_hand(cohort);
    auto const fit = fit_stacked_logistic(cohort.data(), cohort.is_case, cohort.offset);
    CHECK(std::ranges::all_of(fit.loco, [](double p) { return p == 0; }));

    StackedCohort const empty{40, 0, 1, 8};
    auto data = empty.data();
    data.penalties = cohort.penalties;
    auto const none = fit_stacked_logistic(data, empty.is_case, empty.offset);
    CHECK(none.status == FitStatus::ok);
    CHECK(none.whole == std::vector<double>(40));
}

TEST_CASE("fit_stacked_logistic: without cases or samples there is no fit", "[model]") {
    StackedCohort const cohort{100, 10, 2, 9};
    auto same = cohort;
    std::ranges::fill(same.is_case, std::uint8_t{1});
    CHECK(fit_stacked_logistic(same.data(), same.is_case, same.offset).status ==
          FitStatus::one_class);
    std::ranges::fill(same.is_case, std::uint8_t{0});
    auto const fit = fit_stacked_logistic(same.data(), same.is_case, same.offset);
    CHECK(fit.status == FitStatus::one_class);
    CHECK(fit.losses.size() == 5);
    CHECK(std::ranges::all_of(fit.loco, [](double p) { return p == 0; }));
    std::ranges::fill(same.folds, -1);
    CHECK(fit_stacked_logistic(same.data(), same.is_case, same.offset).status ==
          FitStatus::too_few_samples);
    CHECK_THROWS_AS(
        fit_stacked_logistic(cohort.data(), cohort.is_case, std::span{cohort.offset}.first(99)),
        ContractViolation);
    CHECK_THROWS_AS(
        fit_stacked_logistic(cohort.data(), std::span{cohort.is_case}.first(99), cohort.offset),
        ContractViolation);
}

}  // namespace
}  // namespace maniple
