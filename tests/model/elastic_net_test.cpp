#include "maniple/model/elastic_net.hpp"

#include <array>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "penalised_cohort.hpp"

namespace maniple {
namespace {

constexpr std::array all_outcomes{Outcome::quantitative, Outcome::binary, Outcome::time_to_event};

// What a fit says of itself, on the samples that take part, in naive arithmetic.
struct NaiveFit {
    std::vector<SampleIndex> samples;
    std::vector<NaiveVariant> variants;
    std::vector<Wide> predictor;
    std::vector<Wide> residuals;

    NaiveFit(ElasticNet const& net, PenalisedTrait const& trait, PackedView genotypes,
             SampleMask const& training)
        : samples{naive_samples(trait, training)} {
        auto const model = net.covariate_model();
        auto const effects = net.effects();
        REQUIRE(std::ssize(effects) == genotypes.variants());
        predictor.assign(samples.size(), model.intercept);
        for (std::size_t c = 0; c < trait.covariates.size(); ++c) {
            CHECK(model.names[c] == trait.covariates[c].name);
            for (std::size_t i = 0; i < samples.size(); ++i)
                predictor[i] += model.coefficients[c] * trait.covariates[c].values[samples[i].at()];
        }
        for (std::int64_t v = 0; v < genotypes.variants(); ++v) {
            variants.push_back(naive_variant(genotypes, v, samples));
            for (std::size_t i = 0; i < samples.size(); ++i)
                predictor[i] += variants.back().values[i] * variants.back().sd *
                                effects[static_cast<std::size_t>(v)];
        }
        residuals = naive_residuals(trait, samples, predictor);
    }

    Wide mean_product(std::vector<Wide> const& x) const {
        return std::inner_product(x.begin(), x.end(), residuals.begin(), Wide{0}) /
               static_cast<Wide>(samples.size());
    }

    // Of the conditions of optimality, by Karush, Kuhn and Tucker.
    Wide violation(ElasticNet const& net, PenalisedTrait const& trait, double penalty,
                   double mixing) const {
        Wide worst = 0;
        auto const effects = net.effects();
        for (std::size_t v = 0; v < variants.size(); ++v) {
            Wide const c = mean_product(variants[v].values);
            Wide const b = effects[v] * variants[v].sd;
            Wide const l1 = penalty * mixing;
            worst = std::max(
                worst, b == 0 ? std::abs(c) - l1
                              : std::abs(c - penalty * (1 - mixing) * b - std::copysign(l1, b)));
        }
        if (trait.outcome != Outcome::time_to_event) {
            worst = std::max(worst, std::abs(mean_product(std::vector<Wide>(samples.size(), 1))));
        }
        for (auto const& covariate : trait.covariates) {
            std::vector<Wide> x;
            Wide mean = 0;
            for (auto s : samples) x.push_back(covariate.values[s.at()]);
            for (Wide value : x) mean += value / static_cast<Wide>(x.size());
            for (Wide& value : x) value -= mean;
            worst = std::max(worst, std::abs(mean_product(x)));
        }
        return worst;
    }
};

double null_gradient(ElasticNet const& net, PenalisedTrait const& trait, PackedView genotypes,
                     SampleMask const& training) {
    NaiveFit const fit{net, trait, genotypes, training};
    Wide largest = 0;
    for (auto const& variant : fit.variants)
        largest = std::max(largest, std::abs(fit.mean_product(variant.values)));
    return static_cast<double>(largest);
}

PackedBlock some_variants(PackedView all, std::int64_t first, std::int64_t last) {
    PackedBlock block{last - first, all.samples()};
    for (auto v = first; v < last; ++v)
        std::ranges::copy(all.row(LocalVariantIndex{v}),
                          block.row(LocalVariantIndex{v - first}).begin());
    return block;
}

TEST_CASE("ElasticNet: solutions satisfy the conditions of optimality", "[elastic_net]") {
    auto const outcome = GENERATE(from_range(all_outcomes));
    auto const mixing = GENERATE(1.0, 0.5, 0.1);
    auto const shape = GENERATE(
        CohortShape{}, CohortShape{.samples = 61, .variants = 200, .missing_genotypes = 0.1},
        CohortShape{.samples = 513,
                    .variants = 90,
                    .missing_genotypes = 0.03,
                    .missing_values = 0.05,
                    .left_out = 0.3,
                    .time_step = 0.25});
    auto const cohort = make_penalised_cohort(shape);
    auto const trait = cohort.trait(outcome);
    ElasticNet net{trait, cohort.training, {.mixing = mixing}};
    net.add_variants(cohort.genotypes.view());
    auto const first = null_gradient(net, trait, cohort.genotypes.view(), cohort.training) / mixing;
    REQUIRE(first > 0);
    std::int64_t inside = 0;
    for (double const share : {1.2, 0.8, 0.5, 0.3, 0.15, 0.1}) {
        net.solve(first * share);
        INFO("outcome " << static_cast<int>(outcome) << " mixing " << mixing << " share " << share);
        CHECK(net.has_converged());
        CHECK(net.largest_violation() <= 1e-7);
        NaiveFit const fit{net, trait, cohort.genotypes.view(), cohort.training};
        CHECK(fit.violation(net, trait, first * share, mixing) <= 2e-7L * first * mixing);
        auto const effects = net.effects();
        inside = std::ssize(effects) - std::ranges::count(effects, 0.0);
        if (share > 1) CHECK(inside == 0);

        auto const predictor = net.linear_predictor();
        auto const residuals = net.residuals();
        CHECK(static_cast<std::int64_t>(fit.samples.size()) == net.samples().count());
        for (std::size_t i = 0; i < fit.samples.size(); ++i) {
            auto const s = fit.samples[i].at();
            REQUIRE(predictor[s] == Approx(static_cast<double>(fit.predictor[i])).margin(1e-9));
            REQUIRE(residuals[s] == Approx(static_cast<double>(fit.residuals[i])).margin(1e-9));
        }
        for (std::size_t s = 0; s < residuals.size(); ++s) {
            if (!net.samples().contains(SampleIndex{static_cast<std::int64_t>(s)}))
                REQUIRE(residuals[s] == 0);
        }
    }
    CHECK(inside > 5);
    auto const frequencies = net.alternate_frequencies();
    NaiveFit const fit{net, trait, cohort.genotypes.view(), cohort.training};
    for (std::size_t v = 0; v < frequencies.size(); ++v)
        CHECK(frequencies[v] == Approx(static_cast<double>(fit.variants[v].mean / 2)));
}

TEST_CASE("ElasticNet: predicts samples outside of training, except without covariates",
          "[elastic_net]") {
    auto const cohort = make_penalised_cohort(
        {.samples = 200, .missing_genotypes = 0.05, .missing_values = 0.1, .left_out = 0.4});
    auto const outcome = GENERATE(from_range(all_outcomes));
    auto const trait = cohort.trait(outcome);
    ElasticNet net{trait, cohort.training, {}};
    auto const genotypes = cohort.genotypes.view();
    net.add_variants(genotypes);
    net.solve(0.3 * null_gradient(net, trait, genotypes, cohort.training));
    auto const effects = net.effects();
    auto const frequencies = net.alternate_frequencies();
    auto const model = net.covariate_model();
    auto const predictor = net.linear_predictor();
    for (SampleIndex s{0}; s.get() < genotypes.samples(); ++s) {
        double expected = model.intercept;
        for (std::size_t c = 0; c < model.names.size(); ++c)
            expected += model.coefficients[c] * cohort.covariates[c].values[s.at()];
        for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
            auto const g = genotypes.genotype(v, s);
            if (g != missing_genotype) expected += effects[v.at()] * (g - 2 * frequencies[v.at()]);
        }
        if (std::isnan(expected)) {
            CHECK(std::isnan(predictor[s.at()]));
        } else {
            CHECK(predictor[s.at()] == Approx(expected).margin(1e-10));
        }
    }
}

TEST_CASE("ElasticNet: neither the order of additions nor blocks of the Gram matrix matter",
          "[elastic_net]") {
    auto const outcome = GENERATE(from_range(all_outcomes));
    auto const cohort = make_penalised_cohort(
        {.samples = 400, .variants = 80, .missing_genotypes = 0.02, .seed = 7});
    auto const trait = cohort.trait(outcome);
    auto const genotypes = cohort.genotypes.view();
    ElasticNet together{trait, cohort.training, {.mixing = 0.7, .tolerance = 1e-9}};
    together.add_variants(genotypes);
    auto const first = null_gradient(together, trait, genotypes, cohort.training) / 0.7;
    ElasticNet in_blocks{
        trait, cohort.training, {.mixing = 0.7, .tolerance = 1e-9, .gram_variants = 7}};
    in_blocks.add_variants(genotypes);
    ElasticNet one_by_one{trait, cohort.training, {.mixing = 0.7, .tolerance = 1e-9}};
    ElasticNet again{trait, cohort.training, {.mixing = 0.7, .tolerance = 1e-9}};
    again.add_variants(genotypes);
    std::int64_t added = 0;
    for (double const share : {0.9, 0.6, 0.4, 0.2, 0.1}) {
        auto const until = share > 0.15 ? added + 19 : genotypes.variants();
        one_by_one.add_variants(some_variants(genotypes, added, until).view());
        added = until;
        for (auto* net : {&together, &in_blocks, &one_by_one, &again}) net->solve(first * share);
    }
    REQUIRE(one_by_one.variants() == genotypes.variants());
    auto const expected = together.effects();
    for (auto const* net : {&in_blocks, &one_by_one}) {
        CHECK(net->has_converged());
        auto const effects = net->effects();
        for (std::size_t v = 0; v < expected.size(); ++v)
            CHECK(effects[v] == Approx(expected[v]).margin(1e-6));
    }
    CHECK(again.effects() == expected);  // the same calls, the same bits
    CHECK(again.iterations() == together.iterations());
}

TEST_CASE("ElasticNet: variants that tell nothing stay out, whatever they are", "[elastic_net]") {
    auto const outcome = GENERATE(from_range(all_outcomes));
    auto cohort = make_penalised_cohort({.samples = 150, .variants = 12, .seed = 3});
    auto const samples = cohort.genotypes.samples();
    // Always REF, all missing, heterozygous where called, as a covariate, twice the same.
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        auto const site = static_cast<unsigned>(cohort.covariates[1].values[s.at()]);
        cohort.genotypes.set(LocalVariantIndex{1}, s, 0);
        cohort.genotypes.set(LocalVariantIndex{2}, s, missing_genotype);
        cohort.genotypes.set(LocalVariantIndex{3}, s, s.get() % 7 == 0 ? missing_genotype : 1);
        cohort.genotypes.set(LocalVariantIndex{4}, s, site);
        cohort.genotypes.set(LocalVariantIndex{6}, s,
                             cohort.genotypes.view().genotype(LocalVariantIndex{5}, s));
    }
    auto const trait = cohort.trait(outcome);
    ElasticNet net{trait, cohort.training, {}};
    net.add_variants(cohort.genotypes.view());
    auto const first = null_gradient(net, trait, cohort.genotypes.view(), cohort.training);
    for (double const share : {0.5, 0.1, 0.01}) {
        net.solve(first * share);
        CHECK(net.has_converged());
        NaiveFit const fit{net, trait, cohort.genotypes.view(), cohort.training};
        CHECK(fit.violation(net, trait, first * share, 1) <= 2e-7L * first);
        auto const effects = net.effects();
        for (std::size_t v = 1; v <= 4; ++v) CHECK(effects[v] == 0);
    }
    CHECK(net.effects()[5] + net.effects()[6] != 0);
    CHECK(net.alternate_frequencies()[2] == 0);
    CHECK(net.alternate_frequencies()[3] == 0.5);
}

TEST_CASE("ElasticNet: no variants, or one, or none that vary", "[elastic_net]") {
    auto const outcome = GENERATE(from_range(all_outcomes));
    auto const cohort = make_penalised_cohort({.samples = 90, .variants = 1});
    auto const trait = cohort.trait(outcome);
    ElasticNet net{trait, cohort.training, {}};
    net.solve(0.1);
    CHECK(net.has_converged());
    CHECK(net.effects().empty());
    net.add_variants(PackedBlock{2, 90}.view());
    net.solve(0.1);
    CHECK(net.has_converged());
    CHECK(net.largest_violation() == 0);
    CHECK(net.effects() == std::vector<double>{0, 0});
    net.add_variants(cohort.genotypes.view());
    net.solve(1e-4);
    CHECK(net.has_converged());
    CHECK(net.effects()[2] != 0);
}

TEST_CASE("ElasticNet: without covariates", "[elastic_net]") {
    auto const outcome = GENERATE(from_range(all_outcomes));
    auto cohort = make_penalised_cohort({.samples = 120, .variants = 30});
    cohort.covariates.clear();
    auto const trait = cohort.trait(outcome);
    ElasticNet net{trait, cohort.training, {}};
    net.add_variants(cohort.genotypes.view());
    auto const first = null_gradient(net, trait, cohort.genotypes.view(), cohort.training);
    net.solve(first * 0.1);
    NaiveFit const fit{net, trait, cohort.genotypes.view(), cohort.training};
    CHECK(net.has_converged());
    CHECK(fit.violation(net, trait, first * 0.1, 1) <= 2e-7L * first);
}

TEST_CASE("ElasticNet: covariates that others explain are left out and named", "[elastic_net]") {
    auto const outcome = GENERATE(from_range(all_outcomes));
    auto cohort = make_penalised_cohort({.samples = 130, .variants = 20});
    auto twice = cohort.covariates[0].values;
    for (double& value : twice) value = 2 * value - 7;
    cohort.covariates.insert(cohort.covariates.begin() + 1, {"constant", std::vector(130, 3.0)});
    cohort.covariates.push_back({"twice", twice});
    ElasticNet net{cohort.trait(outcome), cohort.training, {}};
    CHECK(std::vector<std::string>(net.collinear().begin(), net.collinear().end()) ==
          std::vector<std::string>{"constant", "twice"});
    auto const model = net.covariate_model();
    CHECK(model.coefficients[1] == 0);
    CHECK(model.coefficients[3] == 0);
    CHECK(model.coefficients[0] != 0);
    CHECK(model.coefficients[2] != 0);
}

TEST_CASE("ElasticNet: the baseline hazard is Breslow's", "[elastic_net]") {
    auto const cohort = make_penalised_cohort(
        {.samples = 140, .variants = 30, .missing_values = 0.05, .time_step = 0.2});
    auto const trait = cohort.trait(Outcome::time_to_event);
    ElasticNet net{trait, cohort.training, {}};
    net.add_variants(cohort.genotypes.view());
    net.solve(0.2 * null_gradient(net, trait, cohort.genotypes.view(), cohort.training));
    NaiveFit const fit{net, trait, cohort.genotypes.view(), cohort.training};
    auto const baseline = net.baseline_hazard();
    REQUIRE(!baseline.times.empty());
    CHECK(std::ranges::is_sorted(baseline.times));
    std::int64_t events = 0;
    for (std::size_t k = 0; k < baseline.times.size(); ++k) {
        Wide expected = 0;
        for (auto i : fit.samples) {
            if (trait.events[i.at()] == 0 || trait.values[i.at()] > baseline.times[k]) continue;
            Wide at_risk = 0;
            for (std::size_t j = 0; j < fit.samples.size(); ++j)
                if (trait.values[fit.samples[j].at()] >= trait.values[i.at()])
                    at_risk += std::exp(fit.predictor[j]);
            expected += 1 / at_risk;
        }
        CHECK(baseline.cumulative[k] == Approx(static_cast<double>(expected)));
    }
    for (auto i : fit.samples) {
        if (trait.events[i.at()] == 0) continue;
        ++events;
        CHECK(std::ranges::count(baseline.times, trait.values[i.at()]) == 1);
    }
    CHECK(net.cases() == events);
}

TEST_CASE("ElasticNet: traits that cannot be fitted are refused", "[elastic_net]") {
    auto cohort = make_penalised_cohort({.samples = 60, .variants = 5});
    auto const refused = [&](Outcome outcome, char const* why) {
        CHECK_THROWS_AS((ElasticNet{cohort.trait(outcome), cohort.training, {}}), UserError);
        CHECK_THROWS_WITH((ElasticNet{cohort.trait(outcome), cohort.training, {}}),
                          Catch::Contains(why));
    };
    SECTION("one class") {
        cohort.binary.assign(60, 1.0);
        refused(Outcome::binary, "one class only (all 60 samples");
        cohort.binary[7] = 2;
        refused(Outcome::binary, "has the value 2");
    }
    SECTION("no events") {
        cohort.events.assign(60, 0.0);
        refused(Outcome::time_to_event, "no events");
    }
    SECTION("negative times") {
        cohort.times[3] = -1;
        refused(Outcome::time_to_event, "has the time -1");
    }
    SECTION("a constant") {
        cohort.quantitative.assign(60, 2.5);
        refused(Outcome::quantitative, "does not vary");
    }
    SECTION("fewer samples than columns") {
        for (auto* values : {&cohort.quantitative, &cohort.binary, &cohort.times}) {
            for (std::size_t s = 3; s < 60; ++s)
                (*values)[s] = std::numeric_limits<double>::quiet_NaN();
        }
        for (auto outcome : all_outcomes) refused(outcome, "too few samples (<5");
    }
    SECTION("nobody") {
        for (double& age : cohort.covariates[0].values)
            age = std::numeric_limits<double>::quiet_NaN();
        for (auto outcome : all_outcomes) refused(outcome, "has no value for any sample");
    }
}

TEST_CASE("ElasticNet: says when it has not converged, and stays finite", "[elastic_net]") {
    SECTION("too few rounds") {
        auto const cohort = make_penalised_cohort({.samples = 200, .variants = 100});
        auto const outcome = GENERATE(from_range(all_outcomes));
        ElasticNet net{cohort.trait(outcome), cohort.training, {.most_rounds = 3}};
        net.add_variants(cohort.genotypes.view());
        net.solve(1e-4);
        CHECK_FALSE(net.has_converged());
        CHECK(net.largest_violation() > 1e-7);
    }
    SECTION("variants that separate cases from controls") {
        auto cohort = make_penalised_cohort({.samples = 80, .variants = 200});
        ElasticNet net{cohort.trait(Outcome::binary), cohort.training, {}};
        net.add_variants(cohort.genotypes.view());
        for (double penalty = 0.1; penalty > 1e-12; penalty /= 10) net.solve(penalty);
        for (double effect : net.effects()) CHECK(std::isfinite(effect));
        for (double value : net.linear_predictor()) CHECK(std::isfinite(value));
        CHECK(std::isfinite(net.largest_violation()));
    }
    SECTION("a covariate that separates them") {
        auto cohort = make_penalised_cohort({.samples = 80, .variants = 20});
        for (std::size_t s = 0; s < 80; ++s) cohort.covariates[1].values[s] = cohort.binary[s];
        ElasticNet net{cohort.trait(Outcome::binary), cohort.training, {}};
        net.add_variants(cohort.genotypes.view());
        net.solve(0.01);
        for (double value : net.linear_predictor()) CHECK(std::isfinite(value));
        for (double coefficient : net.covariate_model().coefficients)
            CHECK(std::isfinite(coefficient));
    }
}

TEST_CASE("ElasticNet: refuses what makes no sense", "[elastic_net]") {
    auto const cohort = make_penalised_cohort({.samples = 50, .variants = 4});
    auto const trait = cohort.trait(Outcome::quantitative);
    CHECK_THROWS_AS((ElasticNet{trait, cohort.training, {.mixing = 0}}), ContractViolation);
    CHECK_THROWS_AS((ElasticNet{trait, cohort.training, {.mixing = 1.1}}), ContractViolation);
    CHECK_THROWS_AS((ElasticNet{trait, cohort.training, {.tolerance = 0}}), ContractViolation);
    ElasticNet net{trait, cohort.training, {}};
    CHECK_THROWS_AS(net.solve(0), ContractViolation);
    CHECK_THROWS_AS(net.add_variants(PackedBlock{1, 51}.view()), ContractViolation);
    CHECK_THROWS_AS(net.baseline_hazard(), ContractViolation);
}

}  // namespace
}  // namespace maniple
