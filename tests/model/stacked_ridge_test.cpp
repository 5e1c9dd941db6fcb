#include "maniple/model/stacked_ridge.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "model/stacked_cohort.hpp"

namespace maniple {
namespace {

// Ridge solution on the samples outside a fold (all where that is 99), straight from its
// definition.
std::vector<double> fit_by_hand(StackedCohort const& cohort, std::int32_t left_out,
                                double penalty) {
    auto const size = static_cast<std::size_t>(cohort.columns);
    Dense a(size, std::vector<double>(size));
    std::vector<double> b(size);
    for (std::int64_t i = 0; i < cohort.columns; ++i) {
        for (std::int64_t s = 0; s < cohort.samples; ++s) {
            if (cohort.fold(s) < 0 || cohort.fold(s) == left_out) continue;
            auto const own = cohort.value(i, s);
            b[static_cast<std::size_t>(i)] += own * cohort.trait[static_cast<std::size_t>(s)];
            for (std::int64_t j = 0; j < cohort.columns; ++j) {
                a[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] +=
                    own * cohort.value(j, s);
            }
        }
        a[static_cast<std::size_t>(i)][static_cast<std::size_t>(i)] += penalty;
    }
    return solve_dense(a, b);
}

struct Expected {
    std::vector<StackedLoss> losses;
    std::size_t chosen = 0;
    std::vector<std::vector<double>> coefficients;  // Per fold, with the chosen penalty.
};

Expected expect_by_hand(StackedCohort const& cohort) {
    Expected expected;
    std::vector<std::vector<std::vector<double>>> all;
    for (double penalty : cohort.penalties) {
        auto& fits = all.emplace_back();
        for (std::int32_t f = 0; f < 5; ++f) fits.push_back(fit_by_hand(cohort, f, penalty));
        double n = 0, y = 0, yy = 0, p = 0, pp = 0, py = 0;
        for (std::int64_t s = 0; s < cohort.samples; ++s) {
            if (cohort.fold(s) < 0) continue;
            auto const& b = fits[static_cast<std::size_t>(cohort.fold(s))];
            double prediction = 0;
            for (std::int64_t c = 0; c < cohort.columns; ++c) {
                prediction += cohort.value(c, s) * b[static_cast<std::size_t>(c)];
            }
            auto const own = cohort.trait[static_cast<std::size_t>(s)];
            n += 1, y += own, yy += own * own;
            p += prediction, pp += prediction * prediction, py += prediction * own;
        }
        expected.losses.push_back(
            {.squared_error = (yy - 2 * py + pp) / n,
             .r_squared = std::pow(py - p * y / n, 2) / (pp - p * p / n) / (yy - y * y / n)});
        if (expected.losses.back().squared_error < expected.losses[expected.chosen].squared_error) {
            expected.chosen = expected.losses.size() - 1;
        }
    }
    expected.coefficients = all[expected.chosen];
    return expected;
}

void check_against_hand(StackedCohort const& cohort) {
    auto const fit = fit_stacked_ridge(cohort.data(), cohort.trait);
    auto const expected = expect_by_hand(cohort);
    REQUIRE(fit.status == FitStatus::ok);
    REQUIRE(fit.losses.size() == cohort.penalties.size());
    for (std::size_t p = 0; p < fit.losses.size(); ++p) {
        auto const& own = expected.losses[p];
        CHECK(fit.losses[p].squared_error == Approx(own.squared_error).epsilon(1e-9));
        CHECK(fit.losses[p].r_squared == Approx(own.r_squared).epsilon(1e-7));
    }
    CHECK(fit.chosen == static_cast<std::int64_t>(expected.chosen));
    double largest = 0, worst = 0;
    for (std::size_t f = 0; f < 5; ++f) {
        for (std::size_t c = 0; c < static_cast<std::size_t>(cohort.columns); ++c) {
            auto const own =
                fit.fold_coefficients[f * static_cast<std::size_t>(cohort.columns) + c];
            largest = std::max(largest, std::abs(own));
            worst = std::max(worst, std::abs(own - expected.coefficients[f][c]));
        }
    }
    CHECK(worst < 1e-9 * largest);
    auto const to_all = fit_by_hand(cohort, 99, cohort.penalties[expected.chosen]);
    for (std::size_t c = 0; c < to_all.size(); ++c) {
        CHECK(std::abs(fit.coefficients[c] - to_all[c]) < 1e-9 * largest);
    }
    // Each sample's LOCO prediction: the other contigs' columns, the fit without its fold.
    worst = 0;
    REQUIRE(std::ssize(fit.whole) == cohort.samples);
    for (std::size_t k = 0; k < fit.contigs.size(); ++k) {
        auto const loco = fit.loco_of(static_cast<std::int64_t>(k));
        for (std::int64_t s = 0; s < cohort.samples; ++s) {
            double others = 0, whole = 0;
            for (std::size_t c = 0; c < to_all.size() && cohort.fold(s) >= 0; ++c) {
                auto const part =
                    cohort.value(static_cast<std::int64_t>(c), s) *
                    expected.coefficients[static_cast<std::size_t>(cohort.fold(s))][c];
                whole += part;
                if (cohort.contigs[c] != fit.contigs[k]) others += part;
            }
            worst = std::max(worst, std::abs(loco[static_cast<std::size_t>(s)] - others));
            worst = std::max(worst, std::abs(fit.whole[static_cast<std::size_t>(s)] - whole));
        }
    }
    CHECK(worst < 1e-9);
}

TEST_CASE("fit_stacked_ridge: equals the dense solution from the definition", "[model]") {
    check_against_hand({300, 40, 3, 1});
    check_against_hand({257, 33, 5, 2, 0.6});
    check_against_hand({120, 1, 1, 3});
}

TEST_CASE("fit_stacked_ridge: with fewer samples than columns", "[model]") {
    check_against_hand({30, 60, 4, 4});
}

TEST_CASE("fit_stacked_ridge: one contig leaves nothing to predict from", "[model]") {
    StackedCohort const cohort{200, 10, 1, 5};
    auto const fit = fit_stacked_ridge(cohort.data(), cohort.trait);
    CHECK(fit.contigs == std::vector<std::int32_t>{1});
    CHECK(std::ranges::all_of(fit.loco, [](double p) { return p == 0; }));
    CHECK(std::ranges::any_of(fit.whole, [](double p) { return p != 0; }));
}

TEST_CASE("fit_stacked_ridge: constant and zero columns", "[model]") {
    StackedCohort cohort{200, 12, 3, 6};
    for (std::int64_t s = 0; s < cohort.samples; ++s) {
        cohort.x[static_cast<std::size_t>(3 * cohort.samples + s)] = 0;
        cohort.x[static_cast<std::size_t>(7 * cohort.samples + s)] = cohort.fold(s) < 0 ? 0 : 1.5F;
    }
    check_against_hand(cohort);
}

TEST_CASE("fit_stacked_ridge: folds without samples, and all samples in one fold", "[model]") {
    StackedCohort cohort{200, 12, 3, 7};
    for (auto& fold : cohort.folds) fold = fold == 2 ? -1 : fold;
    for (std::int64_t s = 0; s < cohort.samples; ++s) {
        for (std::int64_t c = 0; c < cohort.columns && cohort.fold(s) < 0; ++c) {
            cohort.x[static_cast<std::size_t>(c * cohort.samples + s)] = 0;
        }
    }
    check_against_hand(cohort);

    // No other fold to fit on: nothing is predicted, with any penalty.
    for (auto& fold : cohort.folds) fold = fold < 0 ? -1 : 3;
    auto const fit = fit_stacked_ridge(cohort.data(), cohort.trait);
    CHECK(fit.status == FitStatus::ok);
    CHECK(fit.chosen == 0);
    CHECK(std::isnan(fit.losses[0].r_squared));
    CHECK(std::ranges::all_of(fit.whole, [](double p) { return p == 0; }));
    CHECK(std::ranges::any_of(fit.coefficients, [](double b) { return b != 0; }));
}

TEST_CASE("fit_stacked_ridge: a trait without samples, and without columns", "[model]") {
    StackedCohort cohort{50, 10, 2, 8};
    auto without = cohort;
    std::ranges::fill(without.folds, -1);
    auto const fit = fit_stacked_ridge(without.data(), without.trait);
    CHECK(fit.status == FitStatus::too_few_samples);
    CHECK(fit.losses.size() == 5);
    CHECK(fit.contigs.size() == 2);
    CHECK(std::ranges::all_of(fit.loco, [](double p) { return p == 0; }));

    StackedCohort const empty{50, 0, 1, 8};
    auto data = empty.data();
    data.penalties = cohort.penalties;
    auto const none = fit_stacked_ridge(data, empty.trait);
    CHECK(none.status == FitStatus::ok);
    CHECK(none.contigs.empty());
    CHECK(none.whole == std::vector<double>(50));
}

TEST_CASE("fit_stacked_ridge: samples that take no part change nothing", "[model]") {
    StackedCohort const cohort{200, 20, 3, 9, 0.3};
    auto other = cohort;
    for (std::int64_t s = 0; s < cohort.samples; ++s) {
        if (cohort.fold(s) >= 0) continue;
        other.trait[static_cast<std::size_t>(s)] = std::nan("");
        for (std::int64_t c = 0; c < cohort.columns; ++c) {
            other.x[static_cast<std::size_t>(c * cohort.samples + s)] = 17;
        }
    }
    auto const fit = fit_stacked_ridge(cohort.data(), cohort.trait);
    auto const same = fit_stacked_ridge(other.data(), other.trait);
    CHECK(fit.whole == same.whole);
    CHECK(fit.loco == same.loco);
    CHECK(fit.losses[2].squared_error == same.losses[2].squared_error);
}

TEST_CASE("stacked_penalties: as heritabilities say", "[model]") {
    std::vector<double> const h{0.01, 0.5, 0.99};
    auto const quantitative = stacked_penalties(Outcome::quantitative, 50, h);
    CHECK(quantitative[0] == Approx(4950));
    CHECK(quantitative[1] == Approx(50));
    CHECK(quantitative[2] == Approx(50 / 99.0));
    auto const binary = stacked_penalties(Outcome::binary, 50, h);
    CHECK(binary[1] == Approx(150 / (std::numbers::pi * std::numbers::pi)));
    CHECK_THROWS_AS(stacked_penalties(Outcome::quantitative, 50, std::vector{1.0}),
                    ContractViolation);
    CHECK_THROWS_AS(stacked_penalties(Outcome::time_to_event, 50, h), ContractViolation);
}

TEST_CASE("fit_stacked_ridge: refuses what does not fit together", "[model]") {
    StackedCohort const cohort{50, 10, 2, 10};
    auto const refuses = [&](auto change) {
        auto data = cohort.data();
        change(data);
        CHECK_THROWS_AS(fit_stacked_ridge(data, cohort.trait), ContractViolation);
    };
    std::vector<std::int32_t> const mixed{1, 1, 2, 1, 1, 1, 1, 1, 1, 1};
    std::vector<double> const zero{0};
    refuses([](auto& data) { data.contigs = data.contigs.first(9); });
    refuses([](auto& data) { data.folds = data.folds.first(49); });
    refuses([](auto& data) { data.fold_count = 4; });
    refuses([](auto& data) { data.fold_count = 1; });
    refuses([](auto& data) { data.penalties = {}; });
    refuses([&](auto& data) { data.penalties = zero; });
    refuses([&](auto& data) { data.contigs = mixed; });
    CHECK_THROWS_AS(fit_stacked_ridge(cohort.data(), std::span{cohort.trait}.first(49)),
                    ContractViolation);
}

}  // namespace
}  // namespace maniple
