#include "maniple/run/variant_choice.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/run/block_reader.hpp"
#include "scratch_cohort.hpp"

namespace maniple {
namespace {

std::vector<Variant> chosen_variants(Cohort const& cohort, VariantFiles const& files) {
    Log log{Speaker::silent};
    BlockReader reader{cohort};
    std::vector<Variant> all;
    for (auto const& block : choose_variants(cohort, files, log)) {
        auto const some = reader.variants(block);
        CHECK(std::ssize(some) == block.size());
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

TEST_CASE("choose_variants: every block without files, in the store's order", "[run]") {
    test::ScratchCohort const scratch;
    auto const cohort = scratch.open();
    Log log{Speaker::silent};
    auto const blocks = choose_variants(cohort, {}, log);
    REQUIRE(blocks.size() == 5);  // 8 + 8 + 4 and 8 + 1
    CHECK(blocks[2].block_rows == 4);
    CHECK(blocks[4].block_rows == 1);
    auto expected = scratch.variants(0);
    expected.insert(expected.end(), scratch.variants(1).begin(), scratch.variants(1).end());
    CHECK(chosen_variants(cohort, {}) == expected);
}

TEST_CASE("choose_variants: chromosomes by name, with or without chr, and ranges", "[run]") {
    test::ScratchCohort const scratch;
    auto const cohort = scratch.open();
    CHECK(chosen_variants(cohort, {.chromosomes = {"2"}}) == scratch.variants(1));
    CHECK(chosen_variants(cohort, {.chromosomes = {"chr1"}}) == scratch.variants(0));
    CHECK(chosen_variants(cohort, {.chromosomes = {"1-5"}}).size() == 29);
    Log log{Speaker::silent};
    CHECK_THROWS_AS(choose_variants(cohort, {.chromosomes = {"1", "X"}}, log), UserError);
    CHECK_THROWS_AS(choose_variants(cohort, {.chromosomes = {"3-5"}}, log), UserError);
}

TEST_CASE("choose_variants: IDs to extract and to exclude", "[run]") {
    test::ScratchCohort const scratch;
    auto const cohort = scratch.open();
    auto const some = scratch.write("some", "rs3\nrs11 and more\nrs999\n");
    auto const all_but = chosen_variants(cohort, {.exclude = some});
    CHECK(all_but.size() == 29 - 3);  // rs3 is on both contigs
    auto const only = chosen_variants(cohort, {.extract = some});
    REQUIRE(only.size() == 3);
    CHECK(only[0].id == "rs3");
    CHECK(only[1].id == "rs11");
    CHECK(only[2].id == "rs3");
    Log log{Speaker::silent};
    CHECK_THROWS_AS(choose_variants(cohort, {.extract = some, .exclude = some}, log), UserError);
    auto const empty = scratch.write("empty", "\n");
    CHECK_THROWS_AS(choose_variants(cohort, {.extract = empty}, log), UserError);
}

}  // namespace
}  // namespace maniple
