#include "maniple/genotype/variant_matcher.hpp"

#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Outcome = MatchOutcome;

struct Cohort {
    std::vector<std::string> contigs{"chr1", "2"};
    std::vector<Variant> variants;  // all of chr1

    std::vector<VariantMatch> match(std::vector<ScoredVariant> const& scored,
                                    AmbiguousStrand rule = AmbiguousStrand::frequency) const {
        VariantMatcher matcher{scored, contigs, rule};
        std::vector<double> const frequencies(variants.size(), 0.25);
        // In two parts.
        auto const half = variants.size() / 2;
        auto const all = std::span{variants};
        auto const frequency = std::span{frequencies};
        matcher.add("chr1", GlobalVariantIndex{100}, all.first(half), frequency.first(half));
        matcher.add("chr1", GlobalVariantIndex{100 + static_cast<std::int64_t>(half)},
                    all.subspan(half), frequency.subspan(half));
        return matcher.matches();
    }
};

ScoredVariant at(char const* contig, std::int32_t position, char const* effect, char const* other) {
    return {.contig = contig,
            .position = position,
            .id = ".",
            .effect_allele = effect,
            .other_allele = other};
}

TEST_CASE("VariantMatcher: contig, position and alleles decide, each reason is told apart",
          "[genotype]") {
    Cohort const cohort{
        .variants = {
            {10, "a", "A", "G"}, {20, "b", "C", "T"}, {30, "c", "A", "T"}, {40, "d", "AC", "A"}}};
    auto const matches = cohort.match(
        {at("1", 40, "AC", "A"), at("1", 10, "G", "A"), at("01", 20, "G", "A"),
         at("1", 30, "A", "T"), at("1", 20, "T", "G"), at("1", 25, "T", "C"), at("2", 20, "T", "C"),
         at("3", 20, "T", "C"), at("chr1", 20, "A", "G"), at("1", 10, "G", "A")});
    std::vector<Outcome> outcomes;
    std::vector<std::int64_t> variants;
    for (auto const& match : matches) {
        outcomes.push_back(match.outcome);
        variants.push_back(match.variant.get());
        CHECK_FALSE(match.by_id);
        CHECK_FALSE(match.has_duplicates);
    }
    CHECK(outcomes == std::vector{Outcome::swapped, Outcome::same, Outcome::flipped_swapped,
                                  Outcome::ambiguous, Outcome::other_alleles,
                                  Outcome::other_position, Outcome::other_position,
                                  Outcome::other_contig, Outcome::flipped, Outcome::same});
    CHECK(variants == std::vector<std::int64_t>{103, 100, 101, 102, 101, -1, -1, -1, 101, 100});
    CHECK(matches[0].alternate_frequency == 0.25);
}

TEST_CASE(
    "VariantMatcher: of several variants at one position the best counts, of equals the first",
    "[genotype]") {
    Cohort const cohort{.variants = {{10, "a", "A", "G"},
                                     {10, "b", "A", "C"},
                                     {10, "c", "T", "C"},
                                     {10, "d", "A", "C"},
                                     {20, "e", "G", "T"},
                                     {20, "f", "T", "G"}}};
    auto const matches = cohort.match({at("1", 10, "C", "A"), at("1", 10, "T", "C"),
                                       at("1", 20, "G", "T"), at("1", 10, "A", "C")});
    CHECK(matches[0].variant.get() == 101);
    CHECK(matches[0].outcome == Outcome::same);
    CHECK(matches[0].has_duplicates);
    CHECK(matches[1].variant.get() == 102);
    CHECK(matches[1].outcome == Outcome::swapped);
    CHECK_FALSE(matches[1].has_duplicates);
    CHECK(matches[2].variant.get() == 105);
    CHECK(matches[2].outcome == Outcome::same);
    CHECK(matches[3].outcome == Outcome::swapped);
    CHECK(matches[3].variant.get() == 101);
}

TEST_CASE("VariantMatcher: REF of a split record says nothing of the ALT meant", "[genotype]") {
    for (int repeats : {1, 2}) {
        Cohort cohort;
        for (int i = 0; i < repeats; ++i) {
            cohort.variants.push_back({10, "a", "A", "G"});
            cohort.variants.push_back({10, "b", "A", "AT"});
            cohort.variants.push_back({10, "c", "A", "AG"});
        }
        auto const matches =
            cohort.match({at("1", 10, "A", ""), at("1", 10, "AT", ""), at("1", 10, "G", "")});
        CHECK(matches[0].outcome == Outcome::several);
        CHECK(matches[1].outcome == Outcome::same);
        CHECK(matches[1].variant.get() == 101);
        CHECK(matches[1].has_duplicates == (repeats == 2));
        CHECK(matches[2].outcome == Outcome::same);
    }
    Cohort const reversed{
        .variants = {{10, "a", "A", "C"}, {10, "b", "A", "AT"}, {10, "c", "C", "A"}}};
    CHECK(reversed.match({at("1", 10, "A", "")})[0].outcome == Outcome::same);
}

TEST_CASE("VariantMatcher: the ID counts where the source has no position", "[genotype]") {
    Cohort const cohort{.variants = {{10, "rs1", "A", "G"}, {20, "rs2", "C", "T"}}};
    std::vector<ScoredVariant> const scored{
        {.id = "rs2", .effect_allele = "C", .other_allele = ""},
        {.id = "rs3", .effect_allele = "C", .other_allele = "T"},
        {.contig = "1", .id = "rs1", .effect_allele = "T", .other_allele = "G"}};
    auto const matches = cohort.match(scored);
    CHECK(matches[0].by_id);
    CHECK(matches[0].outcome == Outcome::swapped);
    CHECK(matches[0].variant.get() == 101);
    CHECK(matches[1].outcome == Outcome::other_position);
    CHECK(matches[2].outcome == Outcome::other_alleles);
}

TEST_CASE("VariantMatcher: a missing ID is nobody's", "[genotype]") {
    Cohort const cohort{.variants = {{10, ".", "A", "G"}, {20, ".", "C", "T"}}};
    std::vector<ScoredVariant> const scored{{.id = ".", .effect_allele = "A", .other_allele = "G"}};
    auto const matches = cohort.match(scored);
    CHECK(matches[0].by_id);
    CHECK(matches[0].outcome == Outcome::other_position);
}

TEST_CASE("VariantMatcher: positions need not ascend", "[genotype]") {
    Cohort cohort;
    std::vector<ScoredVariant> scored;
    for (std::int32_t v = 0; v < 500; ++v) {
        auto const position = 1 + v * 7919 % 500;
        cohort.variants.push_back({position, ".", "A", "C"});
        scored.push_back(at("1", 1 + v * 211 % 500, "C", "A"));
    }
    auto const matches = cohort.match(scored);
    for (std::size_t i = 0; i < scored.size(); ++i) {
        REQUIRE(matches[i].outcome == Outcome::same);
        auto const row = static_cast<std::size_t>(matches[i].variant.get() - 100);
        REQUIRE(cohort.variants[row].position == scored[i].position);
    }
}

TEST_CASE("VariantMatcher: says which variants it wants to see", "[genotype]") {
    std::vector<ScoredVariant> scored{at("chr1", 100, "A", "C"), at("1", 300, "A", "C")};
    std::vector<std::string> const contigs{"1", "2"};
    VariantMatcher const by_position{scored, contigs, AmbiguousStrand::drop};
    CHECK(by_position.wants("1"));
    CHECK_FALSE(by_position.wants("2"));
    using Positions = std::vector<std::int32_t>;
    CHECK(by_position.wants("1", Positions{50, 100}));
    CHECK(by_position.wants("1", Positions{300}));
    CHECK(by_position.wants("1", Positions{290, 200, 310}));
    CHECK_FALSE(by_position.wants("1", Positions{101, 299}));
    CHECK_FALSE(by_position.wants("1", Positions{301}));
    CHECK_FALSE(by_position.wants("1", Positions{}));
    scored.push_back({.id = "rs1"});
    VariantMatcher const by_id{scored, contigs, AmbiguousStrand::drop};
    CHECK(by_id.wants("2"));
    CHECK(by_id.wants("2", Positions{7}));
}

}  // namespace
}  // namespace maniple
