#include "maniple/simulation/simulation_plan.hpp"

#include <cmath>
#include <functional>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

TEST_CASE("GenotypePlan: refuses what cannot be, naming the option", "[simulation]") {
    struct Case {
        std::function<void(GenotypePlan&)> spoil;
        char const* option;
    };
    auto const [spoil, option] = GENERATE(
        Case{[](auto& p) { p.samples = 0; }, "--samples 0"},
        Case{[](auto& p) { p.samples = -5; }, "--samples -5"},
        Case{[](auto& p) { p.variants = 0; }, "--variants 0"},
        Case{[](auto& p) { p.variants = 200'000'000, p.contigs = 1; }, "--variants 200000000"},
        Case{[](auto& p) { p.contigs = 23; }, "--contigs 23"},
        Case{[](auto& p) { p.contigs = 0; }, "--contigs 0"},
        Case{[](auto& p) { p.ancestries = 6; }, "--ancestries 6"},
        Case{[](auto& p) { p.fst = 0.5; }, "--fst 0.5"},
        Case{[](auto& p) { p.relatives = 1.1; }, "--relatives 1.1"},
        Case{[](auto& p) { p.missing_genotypes = -0.1; }, "--missing-genotypes -0.1"},
        Case{[](auto& p) { p.rare_variants = 1.1; }, "--rare-variants 1.1"},
        Case{[](auto& p) { p.rare_variants = 0.9; }, "--rare-variants 0.9 is too much"},
        Case{[](auto& p) { p.missing_genotypes = std::nan(""); }, "--missing-genotypes nan"});
    GenotypePlan plan{.samples = 10, .variants = 10};
    CHECK_NOTHROW(plan.require_valid());
    spoil(plan);
    CHECK_THROWS_AS(plan.require_valid(), UserError);
    CHECK_THROWS_WITH(plan.require_valid(), Catch::StartsWith(option));
}

TEST_CASE("TraitPlan: refuses what cannot be, naming the option", "[simulation]") {
    struct Case {
        std::function<void(TraitPlan&)> spoil;
        char const* option;
    };
    auto const [spoil, option] =
        GENERATE(Case{[](auto& p) { p.quantitative = -1; }, "--quantitative -1"},
                 Case{[](auto& p) { p.binary = -1; }, "--binary -1"},
                 Case{[](auto& p) { p.time_to_event = -1; }, "--time-to-event -1"},
                 Case{[](auto& p) { p.covariates = -1; }, "--covariates -1"},
                 Case{[](auto& p) { p.heritability = 1.5; }, "--heritability 1.5"},
                 Case{[](auto& p) { p.missing_traits = 0.9; }, "--missing-traits 0.9"},
                 Case{[](auto& p) { p.causal = 11; }, "--causal 11"},
                 Case{[](auto& p) { p.causal = -1; }, "--causal -1"});
    TraitPlan plan{.causal = 10};
    CHECK_NOTHROW(plan.require_valid(10));
    spoil(plan);
    CHECK_THROWS_AS(plan.require_valid(10), UserError);
    CHECK_THROWS_WITH(plan.require_valid(10), Catch::StartsWith(option));
}

}  // namespace
}  // namespace maniple
