#include "maniple/simulation/trait_simulator.hpp"

#include <cmath>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "simulated_cohort.hpp"

namespace maniple {
namespace {

double mean_of(std::vector<double> const& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(std::vector<double> const& values) {
    double const mean = mean_of(values);
    double sum = 0;
    for (double value : values) sum += (value - mean) * (value - mean);
    return sum / static_cast<double>(values.size() - 1);
}

Column const& column_of(Table const& table, std::string const& name) {
    for (auto const& column : table.columns) {
        if (column.name == name) return column;
    }
    FAIL("no column " << name);
    return table.columns.front();
}

double missing_rate(Column const& column) {
    return 1 - static_cast<double>(column.observed()) / static_cast<double>(column.values.size());
}

// Slopes of y on the columns of x and an intercept, by normal equations and elimination.
std::vector<double> regress(std::vector<std::vector<double>> x, std::vector<double> const& y) {
    x.emplace_back(y.size(), 1.0);
    auto const terms = x.size();
    std::vector<std::vector<double>> a(terms, std::vector<double>(terms + 1));
    for (std::size_t i = 0; i < terms; ++i) {
        for (std::size_t s = 0; s < y.size(); ++s) {
            for (std::size_t j = 0; j < terms; ++j) a[i][j] += x[i][s] * x[j][s];
            a[i][terms] += x[i][s] * y[s];
        }
    }
    for (std::size_t i = 0; i < terms; ++i) {
        for (std::size_t r = 0; r < terms; ++r) {
            if (r == i) continue;
            double const factor = a[r][i] / a[i][i];
            for (std::size_t j = i; j <= terms; ++j) a[r][j] -= factor * a[i][j];
        }
    }
    std::vector<double> slopes;
    for (std::size_t i = 0; i < terms; ++i) slopes.push_back(a[i][terms] / a[i][i]);
    return slopes;
}

TEST_CASE("TraitSimulator: genetic values have the heritability and are the sum of the effects",
          "[simulation]") {
    double const heritability = GENERATE(0.0, 0.3, 1.0);
    GenotypePlan const plan{.samples = 500, .variants = 800, .missing_genotypes = 0.1};
    auto const cohort = simulate_cohort(plan, {.heritability = heritability, .causal = 50});
    auto const& traits = cohort.traits;
    REQUIRE(traits.traits ==
            std::vector<std::string>{"quantitative_1", "quantitative_2", "binary_1"});
    REQUIRE(traits.effects.size() == 150);

    std::vector<std::vector<double>> sums(3, std::vector<double>(500));
    for (auto const& [trait, index, contig, variant, effect] : traits.effects) {
        auto const& site = cohort.sites.at(static_cast<std::size_t>(index.get()));
        CHECK(site.variant == variant);
        CHECK(site.contig == contig);
        for (std::size_t s = 0; s < 500; ++s) sums[trait.at()][s] += effect * site.truth[s];
    }
    for (std::size_t trait = 0; trait < 3; ++trait) {
        auto const& values = traits.genetic_values[trait];
        CHECK(variance_of(values) == Approx(heritability).epsilon(1e-12).margin(1e-12));
        CHECK(mean_of(values) == Approx(0).margin(1e-10));
        double const mean = mean_of(sums[trait]);
        for (std::size_t s = 0; s < 500; ++s) {
            REQUIRE(sums[trait][s] - mean == Approx(values[s]).margin(1e-10));
        }
    }
}

TEST_CASE("TraitSimulator: a regression recovers effects and heritability", "[simulation]") {
    GenotypePlan const plan{
        .samples = 6000, .variants = 300, .ancestries = 1, .relatives = 0, .missing_genotypes = 0};
    auto const cohort = simulate_cohort(plan, {.quantitative = 1,
                                               .binary = 0,
                                               .covariates = 2,
                                               .heritability = 0.5,
                                               .causal = 8,
                                               .missing_traits = 0});
    auto const& table = cohort.traits.table;
    std::vector<std::vector<double>> x;
    for (auto const& effect : cohort.traits.effects) {
        auto const& truth = cohort.sites.at(effect.index.at()).truth;
        x.emplace_back(truth.begin(), truth.end());
    }
    for (char const* name : {"covariate_1", "covariate_2", "sex"}) {
        x.push_back(column_of(table, name).values);
    }
    auto const& y = column_of(table, "quantitative_1").values;
    auto const slopes = regress(x, y);
    std::vector<double> residuals = y;
    for (std::size_t i = 0; i < x.size(); ++i) {
        for (std::size_t s = 0; s < y.size(); ++s) residuals[s] -= slopes[i] * x[i][s];
    }
    // Noise 0.5; sites add about 0.01.
    CHECK(variance_of(residuals) == Approx(0.5).margin(0.05));
    for (std::size_t i = 0; i < cohort.traits.effects.size(); ++i) {
        double const error = std::sqrt(0.52 / (variance_of(x[i]) * 6000));
        // Neighbours in LD inflate the standard error; 8 causal variants are far apart.
        CHECK(slopes[i] == Approx(cohort.traits.effects[i].effect).margin(5 * error));
    }
}

TEST_CASE("TraitSimulator: causal variants are distinct, the default count is a percent",
          "[simulation]") {
    CHECK(TraitPlan{.causal = {}}.causal_variants(100'000) == 1000);
    CHECK(TraitPlan{.causal = {}}.causal_variants(500) == 10);
    CHECK(TraitPlan{.causal = {}}.causal_variants(4) == 4);
    CHECK(TraitPlan{.causal = 0}.causal_variants(4) == 0);
    auto const cohort = simulate_cohort({.samples = 50, .variants = 700},
                                        {.quantitative = 1, .binary = 0, .causal = 700});
    std::set<GlobalVariantIndex> seen;
    for (auto const& effect : cohort.traits.effects) seen.insert(effect.index);
    CHECK(seen.size() == 700);
}

TEST_CASE("TraitSimulator: the table has the promised columns", "[simulation]") {
    auto const cohort = simulate_cohort({.samples = 400, .variants = 50}, {.quantitative = 1,
                                                                           .binary = 2,
                                                                           .time_to_event = 1,
                                                                           .covariates = 1,
                                                                           .causal = {},
                                                                           .missing_traits = 0});
    auto const& table = cohort.traits.table;
    CHECK(table.name == "simulated");
    std::vector<std::string> names;
    for (auto const& column : table.columns) {
        names.push_back(column.name);
        CHECK(column.values.size() == 400);
        CHECK(column.observed() == 400);
        CHECK(std::ranges::is_sorted(column.levels));
        CHECK(column.levels.empty() == (column.type != ColumnType::categorical));
        if (column.type == ColumnType::quantitative) continue;
        auto const limit = column.type == ColumnType::binary ? 2 : std::ssize(column.levels);
        for (double value : column.values) REQUIRE((value >= 0 && value < double(limit)));
    }
    CHECK(names == std::vector<std::string>{"quantitative_1", "binary_1", "binary_2",
                                            "event_time_1", "event_1", "covariate_1", "sex", "site",
                                            "ancestry", "family"});
    CHECK(mean_of(column_of(table, "binary_1").values) == Approx(0.2));
    CHECK(mean_of(column_of(table, "binary_2").values) == Approx(0.1));
    CHECK(column_of(table, "ancestry").levels ==
          std::vector<std::string>{"ancestry_1", "ancestry_2", "ancestry_3"});
}

TEST_CASE("TraitSimulator: cases have the higher liability", "[simulation]") {
    auto const cohort = simulate_cohort(
        {.samples = 2000, .variants = 200},
        {.quantitative = 0, .binary = 1, .heritability = 0.8, .causal = 20, .missing_traits = 0});
    auto const& cases = column_of(cohort.traits.table, "binary_1");
    CHECK(cases.type == ColumnType::binary);
    CHECK(correlation(cases.values, cohort.traits.genetic_values[0]) > 0.4);
}

TEST_CASE("TraitSimulator: events follow proportional hazards and censoring", "[simulation]") {
    auto const cohort =
        simulate_cohort({.samples = 5000, .variants = 200, .ancestries = 1}, {.quantitative = 0,
                                                                              .binary = 0,
                                                                              .time_to_event = 1,
                                                                              .covariates = 0,
                                                                              .heritability = 0.5,
                                                                              .causal = 20,
                                                                              .missing_traits = 0});
    auto const& times = column_of(cohort.traits.table, "event_time_1").values;
    auto const& events = column_of(cohort.traits.table, "event_1").values;
    auto const& genetic = cohort.traits.genetic_values[0];
    CHECK(mean_of(events) == Approx(0.3).margin(0.03));
    for (std::size_t s = 0; s < times.size(); ++s) {
        REQUIRE(times[s] > 0);
        REQUIRE(times[s] <= 15);
        if (events[s] == 0) REQUIRE(times[s] >= 5);
    }
    // Exponential regression by Newton's method: events are Poisson with mean time * exp(a + b G).
    double a = std::log(mean_of(events) / mean_of(times)), b = 0;
    for (int step = 0; step < 20; ++step) {
        double score_a = 0, score_b = 0, aa = 0, ab = 0, bb = 0;
        for (std::size_t s = 0; s < times.size(); ++s) {
            double const mean = times[s] * std::exp(a + b * genetic[s]);
            score_a += events[s] - mean;
            score_b += (events[s] - mean) * genetic[s];
            aa += mean, ab += mean * genetic[s], bb += mean * genetic[s] * genetic[s];
        }
        double const determinant = aa * bb - ab * ab;
        a += (bb * score_a - ab * score_b) / determinant;
        b += (aa * score_b - ab * score_a) / determinant;
    }
    // Sex and site are left out and pull the slope down a little.
    CHECK(b == Approx(1).margin(0.12));
}

TEST_CASE("TraitSimulator: trait values are missing in patterns", "[simulation]") {
    double const rate = GENERATE(0.02, 0.2);
    auto const cohort = simulate_cohort(
        {.samples = 8000, .variants = 20},
        {.quantitative = 3, .binary = 1, .time_to_event = 0, .causal = {}, .missing_traits = rate});
    auto const& table = cohort.traits.table;
    double mean = 0;
    std::vector<double> rates;
    for (auto const& name : cohort.traits.traits) {
        rates.push_back(missing_rate(column_of(table, name)));
        mean += rates.back() / 4;
    }
    CHECK(mean == Approx(rate).epsilon(0.15));
    CHECK(rates[1] == Approx(rate).epsilon(0.2));
    CHECK(rates[2] < 0.7 * rates[0]);
    CHECK(rates[3] > 1.3 * rates[0]);
    CHECK(missing_rate(column_of(table, "covariate_1")) == 0);

    // quantitative_2 lacks a whole site, and little elsewhere.
    auto const& site = column_of(table, "site");
    auto const& trait = column_of(table, "quantitative_2");
    std::vector<double> absent(site.levels.size()), present(site.levels.size());
    for (std::size_t s = 0; s < site.values.size(); ++s) {
        auto& counts = std::isnan(trait.values[s]) ? absent : present;
        ++counts[static_cast<std::size_t>(site.values[s])];
    }
    int whole = 0;
    for (double count : present) whole += count == 0 ? 1 : 0;
    CHECK(whole >= 1);
    CHECK(whole <= 3);
}

TEST_CASE("TraitSimulator: an event and its time are missing together", "[simulation]") {
    auto const cohort = simulate_cohort(
        {.samples = 1000, .variants = 20},
        {.quantitative = 0, .binary = 0, .time_to_event = 1, .causal = {}, .missing_traits = 0.2});
    auto const& times = column_of(cohort.traits.table, "event_time_1");
    auto const& events = column_of(cohort.traits.table, "event_1");
    CHECK(times.observed() < 900);
    for (std::size_t s = 0; s < 1000; ++s) {
        REQUIRE(std::isnan(times.values[s]) == std::isnan(events.values[s]));
    }
}

TEST_CASE("TraitSimulator: no traits, one sample, no causal variants", "[simulation]") {
    auto const none =
        simulate_cohort({.samples = 5, .variants = 5},
                        {.quantitative = 0, .binary = 0, .covariates = 0, .causal = {}});
    CHECK(none.traits.effects.empty());
    CHECK(none.traits.table.columns.size() == 4);

    auto const lonely = simulate_cohort({.samples = 1, .variants = 5},
                                        {.time_to_event = 1, .causal = {}, .missing_traits = 0});
    for (double value : column_of(lonely.traits.table, "quantitative_1").values) {
        CHECK(std::isfinite(value));
    }
    CHECK(lonely.traits.genetic_values[0] == std::vector<double>{0.0});

    auto const null = simulate_cohort({.samples = 20, .variants = 5}, {.causal = 0});
    CHECK(null.traits.effects.empty());
    CHECK(null.traits.genetic_values[0] == std::vector<double>(20, 0.0));
}

}  // namespace
}  // namespace maniple
