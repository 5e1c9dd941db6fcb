#include "maniple/model/linear_scan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <vector>

#include <boost/math/distributions/students_t.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <catch2/catch.hpp>

namespace maniple {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

// Oracle: Householder QR in long double.
struct Regression {
    double beta, standard_error, neg_log10_p;
};

/// Least squares of y on (predictors, genotype last) by Householder reflections.
std::optional<Regression> regress(std::vector<std::vector<double>> const& predictors,
                                  std::vector<double> const& y) {
    auto const rows = y.size();
    auto const columns = predictors.size();
    if (rows <= columns) return std::nullopt;
    std::vector<std::vector<long double>> a(columns + 1, std::vector<long double>(rows));
    for (std::size_t c = 0; c < columns; ++c) {
        for (std::size_t i = 0; i < rows; ++i) a[c][i] = predictors[c][i];
    }
    for (std::size_t i = 0; i < rows; ++i) a[columns][i] = y[i];
    for (std::size_t k = 0; k < columns; ++k) {
        long double norm = 0;
        for (std::size_t i = k; i < rows; ++i) norm += a[k][i] * a[k][i];
        norm = std::sqrt(norm);
        if (norm == 0) return std::nullopt;
        std::vector<long double> reflector(a[k].begin() + static_cast<std::ptrdiff_t>(k),
                                           a[k].end());
        reflector[0] += reflector[0] >= 0 ? norm : -norm;
        long double length = 0;
        for (auto value : reflector) length += value * value;
        for (std::size_t c = k; c <= columns; ++c) {
            long double along = 0;
            for (std::size_t i = k; i < rows; ++i) along += reflector[i - k] * a[c][i];
            for (std::size_t i = k; i < rows; ++i) {
                a[c][i] -= 2 * along / length * reflector[i - k];
            }
        }
    }
    long double const diagonal = a[columns - 1][columns - 1];
    long double unexplained = 0;
    for (std::size_t i = columns; i < rows; ++i) unexplained += a[columns][i] * a[columns][i];
    auto const df = static_cast<double>(rows - columns);
    Regression fit{};
    fit.beta = static_cast<double>(a[columns][columns - 1] / diagonal);
    fit.standard_error = static_cast<double>(std::sqrt(unexplained / df) / std::abs(diagonal));
    using Wide = boost::multiprecision::cpp_bin_float_50;
    Wide const t = Wide{std::abs(fit.beta)} / fit.standard_error;
    Wide const p = boost::math::ibeta(Wide{df} / 2, Wide{0.5}, Wide{df} / (Wide{df} + t * t));
    fit.neg_log10_p = static_cast<double>(-log10(p));
    return fit;
}

struct Cohort {
    PackedBlock genotypes;
    std::vector<Covariate> covariates;
    std::vector<ScanTrait> traits;
    SampleMask candidates;
};

Cohort make_cohort(std::int64_t samples, std::int64_t variants, double missing_genotypes,
                   double missing_traits, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform{0, 1};
    Cohort cohort{PackedBlock{variants, samples}, {}, {}, SampleMask{samples}};
    for (SampleIndex s{0}; s.get() < samples; ++s) cohort.candidates.insert(s);
    std::vector<double> frequency;
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        frequency.push_back(0.01 + 0.98 * uniform(random));
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            unsigned const count = (uniform(random) < frequency.back() ? 1U : 0U) +
                                   (uniform(random) < frequency.back() ? 1U : 0U);
            cohort.genotypes.set(v, s,
                                 uniform(random) < missing_genotypes ? missing_genotype : count);
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
    for (int t = 0; t < 4; ++t) {
        ScanTrait trait{"trait" + std::to_string(t), {}};
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            double value = normal(random) + 0.03 * cohort.covariates[0].values[s.at()];
            if (t == 1) value = std::exp(2 * value);  // heavy tail
            if (t == 2) value = value > 2.5 ? 1 : 0;
            value += 0.4 * cohort.genotypes.view().genotype(LocalVariantIndex{0}, s);
            bool const missing = t > 0 && uniform(random) < missing_traits * t;
            trait.values.push_back(missing ? nan_value : value);
        }
        cohort.traits.push_back(trait);
    }
    return cohort;
}

/// One cell of LinearTests.
struct LinearTest {
    double beta, standard_error, neg_log10_p, alternate_frequency;
    std::int64_t samples;
    TestStatus status;
};

/// rows x traits, row-major.
std::vector<LinearTest> scan(LinearNull const& null, PackedView genotypes,
                             std::span<LocalVariantIndex const> rows, MissingGenotype missing,
                             VariantFilter const& filter = {}) {
    auto const traits = std::ssize(null.traits());
    auto const patterns = std::ssize(null.patterns());
    auto const columns = std::ssize(rows);
    auto const stride = columns + 3;  // as in the middle of a longer run
    auto const cells = static_cast<std::size_t>(stride * traits);
    std::vector<double> beta(cells);
    std::vector<float> standard_error(cells), neg_log10_p(cells), frequency(cells);
    std::vector<std::uint8_t> status(cells);
    std::vector<std::int32_t> samples(cells);
    LinearWorkspace workspace{null, missing, genotypes.variants()};
    scan_block(null, genotypes, rows, missing, filter, workspace,
               {.beta = {beta.data(), traits, columns, stride},
                .standard_error = {standard_error.data(), traits, columns, stride},
                .neg_log10_p = {neg_log10_p.data(), traits, columns, stride},
                .status = {status.data(), traits, columns, stride},
                .alternate_frequency = {frequency.data(), patterns, columns, stride},
                .samples = {samples.data(), patterns, columns, stride}});
    std::vector<LinearTest> tests;
    for (std::int64_t r = 0; r < columns; ++r) {
        for (std::int64_t t = 0; t < traits; ++t) {
            auto const cell = static_cast<std::size_t>(t * stride + r);
            auto const pattern = null.traits()[static_cast<std::size_t>(t)].pattern.get();
            auto const group = static_cast<std::size_t>(pattern * stride + r);
            tests.push_back({beta[cell], standard_error[cell], neg_log10_p[cell], frequency[group],
                             samples[group], static_cast<TestStatus>(status[cell])});
        }
    }
    return tests;
}

std::vector<LocalVariantIndex> every_row(std::int64_t variants) {
    std::vector<LocalVariantIndex> rows;
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) rows.push_back(v);
    return rows;
}

std::vector<LinearTest> scan(Cohort const& cohort, MissingGenotype missing,
                             VariantFilter const& filter = {}) {
    LinearNull const null{cohort.candidates, cohort.covariates, cohort.traits};
    auto const view = cohort.genotypes.view();
    return scan(null, view, every_row(view.variants()), missing, filter);
}

std::optional<Regression> expected(Cohort const& cohort, LocalVariantIndex variant,
                                   ScanTrait const& trait, MissingGenotype missing) {
    auto const view = cohort.genotypes.view();
    std::vector<SampleIndex> samples;
    double alleles = 0;
    double called = 0;
    for (SampleIndex s{0}; s.get() < view.samples(); ++s) {
        bool complete = cohort.candidates.contains(s) && !std::isnan(trait.values[s.at()]);
        for (auto const& c : cohort.covariates) complete &= !std::isnan(c.values[s.at()]);
        if (!complete) continue;
        auto const genotype = view.genotype(variant, s);
        if (genotype != missing_genotype) {
            alleles += genotype;
            ++called;
        }
        if (genotype != missing_genotype || missing == MissingGenotype::mean) samples.push_back(s);
    }
    std::vector<std::vector<double>> predictors(cohort.covariates.size() + 2);
    std::vector<double> y;
    for (auto s : samples) {
        predictors[0].push_back(1);
        for (std::size_t c = 0; c < cohort.covariates.size(); ++c) {
            predictors[c + 1].push_back(cohort.covariates[c].values[s.at()]);
        }
        auto const genotype = view.genotype(variant, s);
        predictors.back().push_back(genotype == missing_genotype ? alleles / called : genotype);
        y.push_back(trait.values[s.at()]);
    }
    return regress(predictors, y);
}

void check_against_oracle(Cohort const& cohort, MissingGenotype missing) {
    auto const tests = scan(cohort, missing);
    std::size_t compared = 0;
    for (LocalVariantIndex v{0}; v.get() < cohort.genotypes.variants(); ++v) {
        for (std::size_t t = 0; t < cohort.traits.size(); ++t) {
            auto const& test = tests[v.at() * cohort.traits.size() + t];
            CAPTURE(v.get(), t, static_cast<int>(test.status));
            if (test.status == TestStatus::constant_genotype) continue;
            REQUIRE(test.status == TestStatus::ok);
            auto const fit = expected(cohort, v, cohort.traits[t], missing);
            REQUIRE(fit);
            REQUIRE(std::abs(test.beta - fit->beta) < 1e-6 * fit->standard_error);
            REQUIRE(test.standard_error == Approx(fit->standard_error).epsilon(1e-6));
            REQUIRE(test.neg_log10_p == Approx(fit->neg_log10_p).epsilon(1e-5));
            ++compared;
        }
    }
    CHECK(compared * 10 > tests.size() * 9);
}

TEST_CASE("scan_block: equals a QR regression per variant and trait", "[model]") {
    auto const missing = GENERATE(MissingGenotype::mean, MissingGenotype::drop);
    SECTION("complete data") { check_against_oracle(make_cohort(400, 60, 0, 0, 1), missing); }
    SECTION("missing genotypes") { check_against_oracle(make_cohort(400, 60, 0.1, 0, 2), missing); }
    SECTION("traits that lack few samples share columns") {
        check_against_oracle(make_cohort(600, 60, 0.02, 0.005, 3), missing);
    }
    SECTION("traits that lack many own theirs") {
        check_against_oracle(make_cohort(600, 60, 0.05, 0.15, 4), missing);
    }
    SECTION("hardly more samples than covariates") {
        check_against_oracle(make_cohort(24, 60, 0.02, 0.02, 5), missing);
    }
    SECTION("more samples than a tile") {
        check_against_oracle(make_cohort(5000, 8, 0.02, 0.01, 6), missing);
    }
    SECTION("no covariates") {
        auto cohort = make_cohort(300, 40, 0.02, 0.02, 8);
        cohort.covariates.clear();
        check_against_oracle(cohort, missing);
    }
    SECTION("more variants than a tile") {
        check_against_oracle(make_cohort(60, 600, 0.02, 0.02, 7), missing);
    }
}

TEST_CASE("scan_block: effects so large that p underflows", "[model]") {
    auto cohort = make_cohort(GENERATE(100, 3000), 3, 0.01, 0.01, 9);
    double const noise = GENERATE(1.0, 1e-2, 1e-5);
    std::mt19937_64 random{1};
    std::normal_distribution<double> normal;
    for (SampleIndex s{0}; s.get() < cohort.genotypes.samples(); ++s) {
        auto const genotype = cohort.genotypes.view().genotype(LocalVariantIndex{1}, s);
        cohort.traits[0].values[s.at()] = 3.0 * genotype + noise * normal(random);
    }
    auto const missing = GENERATE(MissingGenotype::mean, MissingGenotype::drop);
    check_against_oracle(cohort, missing);
    if (cohort.genotypes.samples() == 3000 && noise < 1) {
        CHECK(scan(cohort, missing)[4].neg_log10_p > 1000);
    }
}

TEST_CASE("scan_block: small effects beside an outlier whose genotype is missing", "[model]") {
    auto cohort = make_cohort(300, 1500, 0.01, 0, 17);
    cohort.traits.resize(1);
    cohort.traits[0].values[7] = 400;
    for (LocalVariantIndex v{0}; v.get() < 1500; ++v) {
        cohort.genotypes.set(v, SampleIndex{7}, missing_genotype);
    }
    check_against_oracle(cohort, MissingGenotype::drop);
    check_against_oracle(cohort, MissingGenotype::mean);
}

TEST_CASE("scan_block: a genotype that covariates nearly explain", "[model]") {
    auto cohort = make_cohort(500, 4, 0.01, 0, 12);
    double const noise = GENERATE(0.3, 0.15);  // variance inflation about 6 and 25
    std::mt19937_64 random{1};
    std::normal_distribution<double> normal;
    for (SampleIndex s{0}; s.get() < 500; ++s) {
        auto const genotype = cohort.genotypes.view().genotype(LocalVariantIndex{2}, s);
        cohort.covariates[2].values[s.at()] = genotype % 3 + noise * normal(random);
    }
    auto const missing = GENERATE(MissingGenotype::mean, MissingGenotype::drop);
    auto const tests = scan(cohort, missing);
    for (std::size_t t = 0; t < 4; ++t) {
        auto const& test = tests[2 * 4 + t];
        auto const fit = expected(cohort, LocalVariantIndex{2}, cohort.traits[t], missing);
        REQUIRE(test.status == TestStatus::ok);
        CHECK(std::abs(test.beta - fit->beta) < 1e-6 * fit->standard_error);
        CHECK(test.standard_error == Approx(fit->standard_error).epsilon(1e-6));
    }
}

bool same_bits(LinearTest const& a, LinearTest const& b) {
    auto const same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return a.status == b.status && a.samples == b.samples && same(a.beta, b.beta) &&
           same(a.standard_error, b.standard_error) && same(a.neg_log10_p, b.neg_log10_p) &&
           same(a.alternate_frequency, b.alternate_frequency);
}

TEST_CASE("scan_block: a trait's numbers do not depend on its companions", "[model]") {
    auto const cohort = make_cohort(700, 40, 0.03, GENERATE(0.005, 0.1), 21);
    auto const missing = GENERATE(MissingGenotype::mean, MissingGenotype::drop);
    auto const together = scan(cohort, missing);
    for (std::size_t t = 0; t < cohort.traits.size(); ++t) {
        Cohort alone{PackedBlock{1, 700}, cohort.covariates, {cohort.traits[t]}, SampleMask{700}};
        for (SampleIndex s{0}; s.get() < 700; ++s) alone.candidates.insert(s);
        LinearNull const null{alone.candidates, alone.covariates, alone.traits};
        auto const tests = scan(null, cohort.genotypes.view(), every_row(40), missing);
        for (std::size_t v = 0; v < 40; ++v) {
            REQUIRE(same_bits(tests[v], together[v * cohort.traits.size() + t]));
        }
    }
}

TEST_CASE("scan_block: a row's numbers do not depend on its neighbours", "[model]") {
    auto cohort = make_cohort(700, 61, 0.01, GENERATE(0.005, 0.1), 22);
    for (LocalVariantIndex v{20}; v.get() < 40; ++v) {  // a stretch without missing genotypes
        for (SampleIndex s{0}; s.get() < 700; ++s) {
            if (cohort.genotypes.view().genotype(v, s) == missing_genotype)
                cohort.genotypes.set(v, s, 1);
        }
    }
    auto const missing = GENERATE(MissingGenotype::mean, MissingGenotype::drop);
    LinearNull const null{cohort.candidates, cohort.covariates, cohort.traits};
    auto const view = cohort.genotypes.view();
    auto const all = scan(null, view, every_row(61), missing);
    for (LocalVariantIndex v{0}; v.get() < 61; ++v) {
        auto const alone = scan(null, view, std::span{&v, 1}, missing);
        for (std::size_t t = 0; t < 4; ++t) {
            CAPTURE(v.get(), t);
            REQUIRE(same_bits(alone[t], all[v.at() * 4 + t]));
        }
    }
}

TEST_CASE("scan_block: says why a row has no number", "[model]") {
    auto cohort = make_cohort(50, 6, 0, 0, 31);
    cohort.traits.resize(1);
    auto& genotypes = cohort.genotypes;
    for (SampleIndex s{0}; s.get() < 50; ++s) {
        genotypes.set(LocalVariantIndex{0}, s, 2);                 // constant
        genotypes.set(LocalVariantIndex{1}, s, missing_genotype);  // nothing called
        genotypes.set(LocalVariantIndex{2}, s,                     // equals a covariate
                      cohort.covariates[1].values[s.at()] > 0 ? 2 : 0);
        genotypes.set(LocalVariantIndex{3}, s,
                      s.get() < 4 ? unsigned(s.get() % 2) : missing_genotype);
        genotypes.set(
            LocalVariantIndex{4}, s,  // one sex only
            cohort.covariates[1].values[s.at()] > 0 ? unsigned(s.get() % 3) : missing_genotype);
    }
    auto tests = scan(cohort, MissingGenotype::drop);
    CHECK(tests[0].status == TestStatus::constant_genotype);
    CHECK(tests[0].alternate_frequency == 1.0);
    CHECK(tests[1].status == TestStatus::no_genotypes);
    CHECK(std::isnan(tests[1].alternate_frequency));
    CHECK(tests[2].status == TestStatus::collinear_genotype);
    CHECK(tests[3].status == TestStatus::too_few_samples);
    CHECK(tests[4].status == TestStatus::collinear_covariates);
    CHECK(tests[5].status == TestStatus::ok);

    for (SampleIndex s{0}; s.get() < 50; ++s) {
        cohort.traits[0].values[s.at()] = 5.0 * genotypes.view().genotype(LocalVariantIndex{5}, s) +
                                          cohort.covariates[0].values[s.at()];
    }
    CHECK(scan(cohort, MissingGenotype::mean)[5].status == TestStatus::perfect_fit);

    for (SampleIndex s{0}; s.get() < 50; ++s) {  // varies only where the genotype is missing
        bool const odd = s.get() % 5 == 0;
        cohort.traits[0].values[s.at()] = odd ? static_cast<double>(s.get()) : 1.0;
        genotypes.set(LocalVariantIndex{5}, s, odd ? missing_genotype : unsigned(s.get() % 3));
    }
    CHECK(scan(cohort, MissingGenotype::drop)[5].status == TestStatus::constant_trait);
}

TEST_CASE("scan_block: covariates that only dropped samples tell apart", "[model]") {
    auto cohort = make_cohort(100, 2, 0, 0, 5);
    auto& age = cohort.covariates[0].values;
    auto& other = cohort.covariates[2].values;
    for (SampleIndex s{0}; s.get() < 100; ++s) {
        if (s.get() < 30) {
            cohort.genotypes.set(LocalVariantIndex{1}, s, missing_genotype);
        } else {
            other[s.at()] = 0.05 * (age[s.at()] - 50) + 0.003 * other[s.at()];
        }
    }
    auto const tests = scan(cohort, MissingGenotype::drop);
    CHECK(tests[0].status == TestStatus::ok);
    CHECK(tests[4].status == TestStatus::collinear_covariates);
    CHECK(std::isnan(tests[4].beta));
    CHECK(tests[4].samples == 70);
    CHECK(scan(cohort, MissingGenotype::mean)[4].status == TestStatus::ok);

    SECTION("collinear to begin with: tested") {
        for (std::size_t i = 0; i < 30; ++i) other[i] = 0.05 * (age[i] - 50) + 0.003 * other[i];
        check_against_oracle(cohort, MissingGenotype::drop);
    }
}

TEST_CASE("scan_block: filters count the trait's own samples", "[model]") {
    auto cohort = make_cohort(40, 1, 0, 0, 41);
    cohort.traits.resize(2);
    for (SampleIndex s{0}; s.get() < 40; ++s) {
        cohort.genotypes.set(LocalVariantIndex{0}, s, s.get() < 4 ? 1 : 0);  // MAC 4, MAF 0.05
        cohort.traits[1].values[s.at()] = s.get() < 3 ? nan_value : cohort.traits[0].values[s.at()];
    }
    VariantFilter filter;
    filter.min_mac = 4;
    auto tests = scan(cohort, MissingGenotype::mean, filter);
    CHECK(tests[0].status == TestStatus::ok);
    CHECK(tests[1].status == TestStatus::filtered_mac);
    filter = {.min_maf = 0.0501};
    CHECK(scan(cohort, MissingGenotype::mean, filter)[0].status == TestStatus::filtered_maf);
    filter = {.min_maf = 0.05};
    CHECK(scan(cohort, MissingGenotype::mean, filter)[0].status == TestStatus::ok);
    filter = {.max_missing = 0};
    cohort.genotypes.set(LocalVariantIndex{0}, SampleIndex{10}, missing_genotype);
    CHECK(scan(cohort, MissingGenotype::mean, filter)[0].status == TestStatus::filtered_missing);
    for (SampleIndex s{0}; s.get() < 40; ++s)
        cohort.genotypes.set(LocalVariantIndex{0}, s, s.get() % 2 ? 2 : 0);
    filter = {.min_hwe_p = 1e-6};
    CHECK(scan(cohort, MissingGenotype::mean, filter)[0].status == TestStatus::filtered_hwe);
}

TEST_CASE("LinearNull: refuses traits whose standard errors single precision cannot hold",
          "[model]") {
    auto cohort = make_cohort(30, 1, 0, 0, 51);
    auto const values = cohort.traits[0].values;
    for (double const scale : {1e-290, 1e-40, 1e40, 1e290}) {
        std::ranges::transform(values, cohort.traits[0].values.begin(),
                               [scale](double value) { return value * scale; });
        cohort.traits.resize(1);
        LinearNull const null{cohort.candidates, cohort.covariates, cohort.traits};
        REQUIRE(null.rejected().size() == 1);
        CHECK_THAT(null.rejected()[0].reason, Catch::Contains("other units"));
    }
}

TEST_CASE("scan_block: a dropped sample with an outlier does not blur the others", "[model]") {
    auto cohort = make_cohort(300, 5, 0, 0, 71);
    cohort.traits.resize(1);
    cohort.traits[0].values[0] = GENERATE(1e3, 1e5, 1e7);
    for (LocalVariantIndex v{0}; v.get() < 5; ++v) {
        cohort.genotypes.set(v, SampleIndex{0}, missing_genotype);
    }
    check_against_oracle(cohort, MissingGenotype::drop);
}

TEST_CASE("LinearNull: refuses a trait with a code among its values", "[model]") {
    auto cohort = make_cohort(300, 1, 0, 0, 72);
    cohort.traits.resize(1);
    cohort.traits[0].values[5] = -1e13;
    LinearNull const null{cohort.candidates, cohort.covariates, cohort.traits};
    REQUIRE(null.rejected().size() == 1);
    CHECK_THAT(null.rejected()[0].reason, Catch::Contains("--missing-value"));
}

TEST_CASE("LinearNull: says which traits cannot be tested", "[model]") {
    auto cohort = make_cohort(30, 1, 0, 0, 51);
    cohort.traits.resize(4);
    std::ranges::fill(cohort.traits[0].values, 3.0);
    std::ranges::fill(cohort.traits[1].values, nan_value);
    cohort.traits[2].values = cohort.covariates[0].values;
    for (std::size_t s = 5; s < 30; ++s) cohort.traits[3].values[s] = nan_value;
    LinearNull const null{cohort.candidates, cohort.covariates, cohort.traits};
    REQUIRE(null.rejected().size() == 4);
    CHECK(null.traits().empty());
}

TEST_CASE("LinearNull: leaves out collinear covariates, per pattern", "[model]") {
    auto cohort = make_cohort(60, 30, 0, 0, 61);
    cohort.covariates.push_back({"age_again", cohort.covariates[0].values});
    for (double& value : cohort.covariates.back().values) value = 3 * value - 1;
    cohort.traits.resize(2);
    for (std::size_t s = 0; s < 60; ++s) {  // trait 1: one sex only
        if (cohort.covariates[1].values[s] > 0) cohort.traits[1].values[s] = nan_value;
    }
    LinearNull const null{cohort.candidates, cohort.covariates, cohort.traits};
    REQUIRE(null.patterns().size() == 2);
    CHECK(null.patterns()[0].collinear == std::vector<std::string>{"age_again"});
    CHECK(null.patterns()[1].collinear == std::vector<std::string>{"sex", "age_again"});

    auto const tests = scan(cohort, MissingGenotype::mean);
    auto& reduced = cohort;  // what is left of the covariates in the second pattern
    reduced.covariates = {cohort.covariates[0], cohort.covariates[2]};
    int compared = 0;
    for (LocalVariantIndex v{0}; v.get() < 30; ++v) {
        auto const& test = tests[v.at() * 2 + 1];
        auto const fit = expected(reduced, v, reduced.traits[1], MissingGenotype::mean);
        if (test.status != TestStatus::ok) continue;
        CHECK(std::abs(test.beta - fit->beta) < 1e-6 * fit->standard_error);
        ++compared;
    }
    CHECK(compared > 25);
}

}  // namespace
}  // namespace maniple
