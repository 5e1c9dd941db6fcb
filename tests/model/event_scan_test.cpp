#include "maniple/model/event_scan.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "binary_oracle.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

using oracle::Column;
using oracle::Logistic;
using oracle::Matrix;
using oracle::Real;

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

struct Cohort {
    PackedBlock genotypes;
    std::vector<Covariate> covariates;
    std::vector<ScanTrait> traits;
    SampleMask candidates;

    EventNull null(std::vector<std::size_t> const& chosen = {}, EventOptions options = {}) const {
        std::vector<std::size_t> some = chosen;
        if (some.empty()) {
            for (std::size_t t = 0; t < traits.size(); ++t) some.push_back(t);
        }
        std::vector<EventOutline> outlines;
        for (auto t : some) outlines.push_back({traits[t].name});
        EventLoaders const load{.values = [&](std::size_t t, std::span<double> values) {
            std::ranges::copy(traits[some[t]].values, values.begin());
        }};
        return EventNull{candidates, covariates, outlines, load, options};
    }
};

struct Shape {
    std::int64_t samples = 300;
    std::int64_t variants = 40;
    double missing_genotypes = 0;
    double missing_traits = 0;
    double cases = 0.2;
};

/// Frequencies from a few carriers to nearly all; the first variant has an effect.
Cohort make_cohort(Shape const& shape, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform{0, 1};
    auto const samples = shape.samples;
    Cohort cohort{PackedBlock{shape.variants, samples}, {}, {}, SampleMask{samples}};
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        if (uniform(random) < 0.98) cohort.candidates.insert(s);
    }
    for (LocalVariantIndex v{0}; v.get() < shape.variants; ++v) {
        double frequency = uniform(random);
        if (v.get() % 3 == 0) frequency *= 0.05;
        if (v.get() % 7 == 1) frequency = 1 - 0.03 * frequency;
        if (v.get() == 0) frequency = 0.3;
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            unsigned const count =
                (uniform(random) < frequency ? 1U : 0U) + (uniform(random) < frequency ? 1U : 0U);
            cohort.genotypes.set(
                v, s, uniform(random) < shape.missing_genotypes ? missing_genotype : count);
        }
    }
    for (char const* name : {"age", "sex", "pc1"}) {
        Covariate covariate{name, {}};
        for (std::int64_t s = 0; s < samples; ++s) {
            double const value = normal(random);
            covariate.values.push_back(covariate.name == "sex" ? (value > 0) : 50 + 10 * value);
        }
        cohort.covariates.push_back(covariate);
    }
    double const intercept = std::log(shape.cases / (1 - shape.cases));
    for (int t = 0; t < 4; ++t) {
        ScanTrait trait{"trait" + std::to_string(t), {}};
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            double odds = intercept + 0.04 * (cohort.covariates[0].values[s.at()] - 50) +
                          0.3 * (t - 1) * cohort.covariates[1].values[s.at()];
            auto const g = cohort.genotypes.view().genotype(LocalVariantIndex{0}, s);
            if (g != missing_genotype) odds += 0.8 * g;
            double const value = uniform(random) < 1 / (1 + std::exp(-odds)) ? 1 : 0;
            bool const missing = t > 0 && uniform(random) < shape.missing_traits * t;
            trait.values.push_back(missing ? nan_value : value);
        }
        cohort.traits.push_back(trait);
    }
    return cohort;
}

/// One cell of the results.
struct Cell {
    double beta;
    float standard_error, neg_log10_p, alternate_frequency;
    std::int32_t samples;
    TestStatus status;
};

bool same_bits(Cell const& a, Cell const& b) {
    return std::memcmp(&a.beta, &b.beta, sizeof a.beta) == 0 &&
           std::memcmp(&a.standard_error, &b.standard_error, 4) == 0 &&
           std::memcmp(&a.neg_log10_p, &b.neg_log10_p, 4) == 0 && a.status == b.status &&
           std::memcmp(&a.alternate_frequency, &b.alternate_frequency, 4) == 0 &&
           a.samples == b.samples;
}

/// traits x rows.
std::vector<std::vector<Cell>> scan(EventNull const& null, PackedView genotypes,
                                    std::span<LocalVariantIndex const> rows,
                                    EventSettings const& settings) {
    auto const traits = std::ssize(null.traits());
    auto const patterns = std::ssize(null.patterns());
    auto const columns = std::ssize(rows);
    auto const stride = columns + 3;  // as in the middle of a longer run
    auto const cells = static_cast<std::size_t>(stride * traits);
    std::vector<double> beta(cells);
    std::vector<float> standard_error(cells), neg_log10_p(cells), frequency(cells);
    std::vector<std::uint8_t> status(cells);
    std::vector<std::int32_t> samples(cells);
    EventWorkspace workspace{null, settings, genotypes.variants()};
    scan_event_block(null, genotypes, rows, settings, workspace,
                     {.beta = {beta.data(), traits, columns, stride},
                      .standard_error = {standard_error.data(), traits, columns, stride},
                      .neg_log10_p = {neg_log10_p.data(), traits, columns, stride},
                      .status = {status.data(), traits, columns, stride},
                      .alternate_frequency = {frequency.data(), patterns, columns, stride},
                      .samples = {samples.data(), patterns, columns, stride}});
    std::vector<std::vector<Cell>> all;
    for (std::int64_t t = 0; t < traits; ++t) {
        auto const p = null.traits()[static_cast<std::size_t>(t)].pattern.get();
        all.emplace_back();
        for (std::int64_t i = 0; i < columns; ++i) {
            auto const at = static_cast<std::size_t>(t * stride + i);
            auto const of_pattern = static_cast<std::size_t>(p * stride + i);
            all.back().push_back({beta[at], standard_error[at], neg_log10_p[at],
                                  frequency[of_pattern], samples[of_pattern],
                                  static_cast<TestStatus>(status[at])});
        }
    }
    return all;
}

std::vector<LocalVariantIndex> every_row(PackedView genotypes) {
    std::vector<LocalVariantIndex> rows;
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) rows.push_back(v);
    return rows;
}

std::vector<std::vector<Cell>> scan(Cohort const& cohort, EventSettings const& settings) {
    auto const view = cohort.genotypes.view();
    return scan(cohort.null(), view, every_row(view), settings);
}

/// A trait's regression as a person would set it up.
struct Problem {
    Matrix covariates;  ///< The intercept first.
    Column y;
    std::vector<SampleIndex> samples;
    Column risks;

    Problem(Cohort const& cohort, std::size_t t) {
        cohort.candidates.for_each([&](SampleIndex s) {
            if (!std::isnan(cohort.traits[t].values[s.at()])) samples.push_back(s);
        });
        covariates.emplace_back(samples.size(), 1);
        for (auto const& covariate : cohort.covariates) {
            covariates.emplace_back();
            for (auto s : samples) {
                covariates.back().push_back((Real{covariate.values[s.at()]} - 25) / 10);
            }
        }
        for (auto s : samples) y.push_back(cohort.traits[t].values[s.at()]);
        risks = Logistic{covariates, y, Column(y.size(), 0)}.fit(Logistic::Penalty::none).risks;
    }

    /// With `drop`, without those who have no genotype.
    struct Variant {
        Matrix covariates;
        Column g, y, risks;
    };

    Variant beside(PackedView genotypes, LocalVariantIndex v, MissingGenotype missing) const {
        Real sum = 0;
        Real called = 0;
        for (auto s : samples) {
            auto const g = genotypes.genotype(v, s);
            if (g == missing_genotype) continue;
            sum += g;
            ++called;
        }
        Variant variant;
        variant.covariates.resize(covariates.size());
        for (std::size_t i = 0; i < samples.size(); ++i) {
            auto const g = genotypes.genotype(v, samples[i]);
            if (g == missing_genotype && missing == MissingGenotype::drop) continue;
            variant.g.push_back(g == missing_genotype ? sum / called : Real(g));
            variant.y.push_back(y[i]);
            variant.risks.push_back(risks[i]);
            for (std::size_t c = 0; c < covariates.size(); ++c) {
                variant.covariates[c].push_back(covariates[c][i]);
            }
        }
        return variant;
    }
};

struct Expected {
    double beta, standard_error, neg_log10_p;
};

Expected expect_row(Problem::Variant const& variant, EventRule const& rule) {
    oracle::ScoreTest const test{variant.covariates, variant.g, variant.y, variant.risks};
    Real const z = test.score / std::sqrt(test.information);
    Expected expected{static_cast<double>(test.score / test.information),
                      static_cast<double>(1 / std::sqrt(test.information)),
                      oracle::neg_log10_p_of_deviate(z)};
    if (rule.correction == Correction::none || expected.neg_log10_p < -std::log10(rule.threshold)) {
        return expected;
    }
    if (rule.correction != Correction::firth) {
        auto const effect = test.firth();
        return {effect.beta, effect.standard_error,
                rule.correction == Correction::spa ? test.spa_neg_log10_p() : effect.neg_log10_p};
    }
    auto columns = variant.covariates;
    columns.push_back(variant.g);
    auto const last = variant.covariates.size();
    Logistic const model{columns, variant.y, Column(variant.y.size(), 0)};
    auto const fit = model.fit(Logistic::Penalty::firth);
    auto const null = model.fit(Logistic::Penalty::firth, last);
    return {
        static_cast<double>(fit.beta[last]),
        static_cast<double>(std::sqrt(Logistic::variance(fit, last))),
        oracle::neg_log10_p_of_deviate(std::sqrt(2 * std::max<Real>(fit.value - null.value, 0)))};
}

/// Every row that has a number is that of the oracle. \return how many have one.
int compare(Cohort const& cohort, EventSettings const& settings, double tolerance) {
    auto const found = scan(cohort, settings);
    auto const view = cohort.genotypes.view();
    int compared = 0;
    for (std::size_t t = 0; t < found.size(); ++t) {
        Problem const problem{cohort, t};
        for (std::size_t v = 0; v < found[t].size(); ++v) {
            auto const& cell = found[t][v];
            if (cell.status != TestStatus::ok) continue;
            LocalVariantIndex const variant{static_cast<std::int64_t>(v)};
            auto const expected =
                expect_row(problem.beside(view, variant, settings.missing), settings.rule);
            CAPTURE(t, v, expected.beta, expected.neg_log10_p);
            double const error = expected.standard_error;
            CHECK(cell.beta == Approx(expected.beta).epsilon(tolerance).margin(tolerance * error));
            CHECK(static_cast<double>(cell.neg_log10_p) ==
                  Approx(expected.neg_log10_p).epsilon(tolerance).margin(tolerance));
            CHECK(static_cast<double>(cell.standard_error) == Approx(error).epsilon(tolerance));
            ++compared;
        }
    }
    return compared;
}

EventSettings settings_of(Correction correction, double threshold,
                          MissingGenotype missing = MissingGenotype::mean) {
    return {.missing = missing,
            .filter = {},
            .rule = {.correction = correction, .threshold = threshold, .fewest_carriers = 3}};
}

// Other samples than carriers as one sum cost some of this in rare variants.
constexpr double by_carriers = 2e-3;

}  // namespace

TEST_CASE("scan_event_block: score tests are those of brute force") {
    for (auto missing : {MissingGenotype::mean, MissingGenotype::drop}) {
        for (double share : {0.0, 0.05}) {
            auto const cohort =
                make_cohort({.missing_genotypes = share, .missing_traits = share > 0 ? 0.1 : 0}, 7);
            CHECK(compare(cohort, settings_of(Correction::none, 0.05, missing), 1e-6) > 100);
        }
    }
}

TEST_CASE("scan_event_block: the saddlepoint approximation of common and rare variants") {
    for (auto missing : {MissingGenotype::mean, MissingGenotype::drop}) {
        for (double cases : {0.03, 0.3}) {
            auto const cohort = make_cohort({.samples = 600,
                                             .variants = 20,
                                             .missing_genotypes = 0.03,
                                             .missing_traits = 0.1,
                                             .cases = cases},
                                            11);
            CHECK(compare(cohort, settings_of(Correction::spa, 1, missing), by_carriers) > 40);
        }
    }
}

TEST_CASE("scan_event_block: approximate Firth of common and rare variants") {
    for (auto missing : {MissingGenotype::mean, MissingGenotype::drop}) {
        for (double cases : {0.03, 0.3}) {
            auto const cohort = make_cohort({.samples = 600,
                                             .variants = 20,
                                             .missing_genotypes = 0.03,
                                             .missing_traits = 0.1,
                                             .cases = cases},
                                            11);
            CHECK(compare(cohort, settings_of(Correction::firth_approx, 1, missing), by_carriers) >
                  40);
        }
    }
}

TEST_CASE("scan_event_block: Firth's regression with all covariates") {
    for (auto missing : {MissingGenotype::mean, MissingGenotype::drop}) {
        auto const cohort = make_cohort({.samples = 250,
                                         .variants = 12,
                                         .missing_genotypes = 0.03,
                                         .missing_traits = 0.1,
                                         .cases = 0.15},
                                        3);
        CHECK(compare(cohort, settings_of(Correction::firth, 1, missing), 1e-5) > 25);
    }
}

TEST_CASE("scan_event_block: only small p are corrected") {
    auto const cohort = make_cohort({}, 7);
    auto const plain = scan(cohort, settings_of(Correction::none, 0.05));
    auto const corrected = scan(cohort, settings_of(Correction::spa, 0.05));
    int equal = 0;
    int changed = 0;
    for (std::size_t t = 0; t < plain.size(); ++t) {
        for (std::size_t v = 0; v < plain[t].size(); ++v) {
            bool const small = plain[t][v].neg_log10_p > -std::log10(0.05F);
            bool const same = same_bits(plain[t][v], corrected[t][v]);
            CHECK(same == !small);
            ++(small ? changed : equal);
        }
    }
    CHECK(equal > 100);
    CHECK(changed > 5);
}

TEST_CASE("scan_event_block: a trait's numbers are those it has alone, and a row's its own") {
    auto const cohort = make_cohort(
        {.samples = 333, .variants = 70, .missing_genotypes = 0.02, .missing_traits = 0.1}, 23);
    auto const view = cohort.genotypes.view();
    auto const rows = every_row(view);
    for (auto missing : {MissingGenotype::mean, MissingGenotype::drop}) {
        for (auto correction : {Correction::spa, Correction::firth_approx, Correction::firth}) {
            auto const settings = settings_of(correction, 0.4, missing);
            auto const together = scan(cohort.null(), view, rows, settings);
            for (std::size_t t = 0; t < together.size(); ++t) {
                auto const alone = scan(cohort.null({t}), view, rows, settings);
                for (std::size_t v = 0; v < rows.size(); ++v) {
                    CAPTURE(t, v);
                    CHECK(same_bits(together[t][v], alone[0][v]));
                }
            }
            std::vector<LocalVariantIndex> some;
            for (std::size_t v = 5; v < rows.size(); v += 9) some.push_back(rows[v]);
            auto const few = scan(cohort.null(), view, some, settings);
            for (std::size_t t = 0; t < together.size(); ++t) {
                for (std::size_t k = 0; k < some.size(); ++k) {
                    CHECK(same_bits(together[t][some[k].at()], few[t][k]));
                }
            }
        }
    }
}

TEST_CASE("scan_event_block: separated variants have Firth's estimates and exact saddlepoints") {
    auto cohort = make_cohort({.samples = 400, .variants = 2, .cases = 0.1}, 31);
    int carriers = 0;
    for (SampleIndex s{0}; s.get() < 400; ++s) {
        bool const is_case = cohort.traits[0].values[s.at()] == 1;
        bool const carries = is_case && cohort.candidates.contains(s) && carriers < 6;
        cohort.genotypes.set(LocalVariantIndex{1}, s, carries ? 1 : 0);
        carriers += carries ? 1 : 0;
    }
    for (auto correction : {Correction::spa, Correction::firth_approx}) {
        CHECK(compare(cohort, settings_of(correction, 1), 0.02) >= 4);
    }
    CHECK(compare(cohort, settings_of(Correction::firth, 1), 1e-5) >= 4);
    auto const exact = scan(cohort, settings_of(Correction::firth, 1));
    CHECK(exact[0][1].beta > 2);
    CHECK(exact[0][1].neg_log10_p > 3);
}

TEST_CASE("scan_event_block: rows without a number say why") {
    auto cohort = make_cohort({.samples = 200, .variants = 6}, 5);
    auto& genotypes = cohort.genotypes;
    for (SampleIndex s{0}; s.get() < 200; ++s) {
        genotypes.set(LocalVariantIndex{1}, s, 1);
        genotypes.set(LocalVariantIndex{2}, s, missing_genotype);
        genotypes.set(LocalVariantIndex{3}, s, s.get() < 2 ? 1 : 0);
        genotypes.set(LocalVariantIndex{4}, s, cohort.covariates[1].values[s.at()] == 1 ? 2 : 0);
        genotypes.set(LocalVariantIndex{5}, s, s.get() < 20 ? 1 : 0);
    }
    cohort.candidates.insert(SampleIndex{0});
    cohort.candidates.insert(SampleIndex{1});
    auto settings = settings_of(Correction::spa, 0.05);
    settings.filter.min_maf = 0.004;
    auto const found = scan(cohort, settings);
    for (auto const& trait : found) {
        CHECK(trait[1].status == TestStatus::constant_genotype);
        CHECK(trait[2].status == TestStatus::no_genotypes);
        CHECK(trait[3].status == TestStatus::too_few_carriers);
        CHECK(trait[4].status == TestStatus::collinear_genotype);
        CHECK(trait[5].status == TestStatus::ok);
        CHECK(std::isnan(trait[1].beta));
        CHECK(std::isnan(trait[3].neg_log10_p));
    }
    settings.filter.min_maf = 0.06;
    CHECK(scan(cohort, settings)[0][5].status == TestStatus::filtered_maf);
}

TEST_CASE("scan_event_block: a workspace and views must fit") {
    auto const cohort = make_cohort({.samples = 100, .variants = 3}, 5);
    auto const null = cohort.null();
    auto const view = cohort.genotypes.view();
    auto const settings = settings_of(Correction::spa, 0.05);
    EventWorkspace small{null, settings, 2};
    std::vector<double> beta(12);
    std::vector<float> numbers(12);
    std::vector<std::uint8_t> status(12);
    std::vector<std::int32_t> samples(12);
    LinearTests const tests{.beta = {beta.data(), 4, 3},
                            .standard_error = {numbers.data(), 4, 3},
                            .neg_log10_p = {numbers.data(), 4, 3},
                            .status = {status.data(), 4, 3},
                            .alternate_frequency = {numbers.data(), 1, 3},
                            .samples = {samples.data(), 1, 3}};
    CHECK_THROWS_AS(scan_event_block(null, view, every_row(view), settings, small, tests),
                    ContractViolation);
    EventWorkspace enough{null, settings, 3};
    PackedBlock const other{3, 99};
    CHECK_THROWS_AS(scan_event_block(null, other.view(), every_row(view), settings, enough, tests),
                    ContractViolation);
}

}  // namespace maniple
