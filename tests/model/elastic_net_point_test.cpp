#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/model/elastic_net.hpp"

namespace maniple {
namespace {

constexpr std::int64_t samples = 300;

PackedBlock random_genotypes(std::int64_t variants, unsigned seed) {
    std::mt19937 random{seed};
    PackedBlock block{variants, samples};
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            // Neighbours are correlated, so that variants enter and leave.
            auto genotype = static_cast<unsigned>(random() % 3);
            if (v.get() > 0 && random() % 2 == 0) {
                genotype = block.view().genotype(LocalVariantIndex{v.get() - 1}, s);
            }
            if (random() % 50 == 0) genotype = missing_genotype;
            block.set(v, s, genotype);
        }
    }
    return block;
}

struct Trait {
    std::vector<double> values;
    std::vector<double> events;
    std::vector<Covariate> covariates;
    Outcome outcome;

    PenalisedTrait view() const { return {outcome, values, events, covariates}; }
};

Trait make_trait(Outcome outcome, PackedBlock const& genotypes) {
    std::mt19937 random{3};
    std::normal_distribution<double> normal;
    Trait trait{{}, {}, {{"age", {}}}, outcome};
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        trait.covariates[0].values.push_back(normal(random));
        double value = normal(random) + 0.3 * trait.covariates[0].values.back();
        for (std::int64_t v = 0; v < 20; v += 4) {
            auto const genotype = genotypes.view().genotype(LocalVariantIndex{v}, s);
            if (genotype != missing_genotype) value += 0.4 * genotype;
        }
        switch (outcome) {
            case Outcome::binary:
                trait.values.push_back(value > 1.5 ? 1 : 0);
                break;
            case Outcome::time_to_event:
                trait.values.push_back(std::exp(-value) + 0.01);
                trait.events.push_back(random() % 3 == 0 ? 0 : 1);
                break;
            default:
                trait.values.push_back(value);
        }
    }
    return trait;
}

bool same_bits(std::vector<double> const& a, std::vector<double> const& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), 8 * a.size()) == 0;
}

void check_outcome(Outcome outcome) {
    auto const first = random_genotypes(40, 1);
    auto const later = random_genotypes(30, 2);
    auto const trait = make_trait(outcome, first);
    SampleMask training{samples};
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        if (s.get() % 7 != 0) training.insert(s);
    }
    ElasticNet undisturbed{trait.view(), training, {}};
    undisturbed.add_variants(first.view());
    std::vector<double> const penalties{0.2, 0.15, 0.1, 0.07};
    undisturbed.solve(penalties[0]);
    undisturbed.solve(penalties[1]);
    auto start = undisturbed.point();
    // Solutions beyond the start leave traces in the solver: the order, and who has entered.
    undisturbed.solve(penalties[3]);
    auto const end = undisturbed.point();
    start.order = end.order;
    start.entered = end.entered;
    for (std::int64_t v = 40; v < 70; ++v) {
        start.order.push_back(v);
        start.effects.push_back(0);
    }
    undisturbed.add_variants(later.view());
    undisturbed.go_to(start);

    ElasticNet resumed{trait.view(), training, {}};
    resumed.add_variants(first.view());
    resumed.add_variants(later.view());
    resumed.go_to(start);

    for (double penalty : {0.1, 0.05, 0.03}) {
        undisturbed.solve(penalty);
        resumed.solve(penalty);
        CHECK(resumed.has_converged());
        CHECK(same_bits(undisturbed.effects(), resumed.effects()));
        CHECK(same_bits(undisturbed.linear_predictor(), resumed.linear_predictor()));
        std::vector<double> const one{undisturbed.residuals().begin(),
                                      undisturbed.residuals().end()};
        std::vector<double> const two{resumed.residuals().begin(), resumed.residuals().end()};
        CHECK(same_bits(one, two));
        CHECK(undisturbed.point().order == resumed.point().order);
    }
    auto const effects = resumed.effects();
    CHECK(std::ranges::count_if(effects, [](double effect) { return effect != 0; }) > 5);
}

TEST_CASE("ElasticNet::go_to: another solver goes on with the same bits") {
    SECTION("quantitative") { check_outcome(Outcome::quantitative); }
    SECTION("binary") { check_outcome(Outcome::binary); }
    SECTION("time to event") { check_outcome(Outcome::time_to_event); }
}

TEST_CASE("ElasticNet::go_to: back to a solution") {
    auto const genotypes = random_genotypes(40, 1);
    auto const trait = make_trait(Outcome::binary, genotypes);
    SampleMask all{samples};
    for (SampleIndex s{0}; s.get() < samples; ++s) all.insert(s);
    ElasticNet net{trait.view(), all, {}};
    net.add_variants(genotypes.view());
    net.solve(0.1);
    auto const point = net.point();
    auto const effects = net.effects();
    auto const intercept = net.covariate_model().intercept;
    net.solve(0.05);
    net.go_to(point);
    CHECK(same_bits(net.effects(), effects));
    CHECK(net.covariate_model().intercept == Approx(intercept).epsilon(1e-6));

    auto wrong = point;
    wrong.effects.pop_back();
    CHECK_THROWS_AS(net.go_to(wrong), ContractViolation);
    wrong = point;
    wrong.order[0] = wrong.order[1];
    CHECK_THROWS_AS(net.go_to(wrong), ContractViolation);
}

}  // namespace
}  // namespace maniple
